import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { NetworkStatus } from '../../../service/contract/network.js';
import { atLeast } from '../../../service/contract/roles.js';
import type { Session } from '../../../service/contract/sessions.js';
import { request } from '../../data/http.js';
import { Attempt } from '../../elements/attempt.js';
import { fieldError } from '../../elements/field-error.js';
import { base, pageStyles } from '../../elements/styles.js';
import { textOf, wordsOf } from '../../elements/typed.js';
import { type NetworkValues, newServer, typed } from './form.js';
import './help.js';
import './self-test.js';
import { common } from '../../texts/common.js';
import { t } from '../../texts/texts.js';
import type { ServerForm } from './server-form.js';
import './server-form.js';
import '../../elements/page-head.js';

/** How guests reach this machine: what works, what is set, and what it means. For technicians. */
@customElement('r58-network-page')
export class NetworkPage extends LitElement {
	static override styles = [
		base,
		pageStyles,
		css`
			section { display: grid; gap: 12px; grid-template-columns: minmax(0, 1fr); }
			.fields { display: grid; gap: 10px 12px; grid-template-columns: repeat(auto-fill, minmax(210px, 1fr)); align-items: end; }
			label { display: grid; gap: 4px; }
			.check { display: flex; align-items: center; gap: 10px; min-height: var(--target); }
			.row { display: flex; flex-wrap: wrap; gap: 8px; align-items: center; }
			.scroll { overflow-x: auto; }
			table { border-collapse: collapse; width: 100%; font-size: 0.9rem; }
			th, td { padding: 6px 12px 6px 0; text-align: left; vertical-align: top; border-top: 1px solid var(--line); }
			.saved { color: var(--ok); }
		`,
	];
	@property({ attribute: false }) session: Session | null = null;
	@state() private values: NetworkValues | null = null;
	@state() private status: NetworkStatus | null = null;
	@state() private saved = false;
	#attempt = new Attempt(this);

	override connectedCallback(): void {
		super.connectedCallback();
		void this.#load();
	}

	override render() {
		return html`<main class="page">
			<r58-page-head heading=${common.pages.network}></r58-page-head>
			${this.#attempt.error ? html`<p class="callout" role="alert" data-testid="network-error">${this.#attempt.error}</p>` : nothing}
			${this.values && this.status ? this.#sections(this.values, this.status) : nothing}
			<section class="card"><h2>${t.network.howGuestsGetIn}</h2><r58-network-help></r58-network-help></section>
		</main>`;
	}

	#sections(values: NetworkValues, status: NetworkStatus) {
		return html`
			<section class="card"><h2>${t.network.whatWorks}</h2><r58-network-test></r58-network-test></section>
			<section class="card"><h2>${t.network.servers}</h2>${this.#servers(values)}${this.#cloudflare(values)}</section>
			<section class="card"><h2>${t.network.addresses}</h2>${this.#paths(values)}${this.#addresses(values, status)}</section>
			<div class="row">
				<button class="primary" data-testid="save-button" @click=${this.#save}>${t.words.save}</button>
				<span role="status" class="saved">${this.saved ? t.network.saved : ''}</span>
			</div>
		`;
	}

	#servers({ servers }: NetworkValues) {
		return html`${servers.map(
			(server, index) => html`<r58-server-form
				.server=${server}
				.errorOf=${(field: string) => this.#attempt.fields[`network.servers.${index}.${field}`]}
				@change=${(event: CustomEvent) => this.#set({ servers: servers.with(index, event.detail) })}
				@remove=${() => this.#set({ servers: servers.toSpliced(index, 1) })}
			></r58-server-form>`,
		)}
		<div><button data-testid="add-server" @click=${() => this.#set({ servers: [...servers, newServer(servers)] })}>${t.network.addServer}</button></div>`;
	}

	#cloudflare({ cloudflare }: NetworkValues) {
		const { keyId = '', apiToken = '', apiUrl } = cloudflare ?? {};
		const change = (part: object) => {
			const next = { keyId, apiToken, ...(apiUrl && { apiUrl }), ...part } as NonNullable<NetworkValues['cloudflare']>;
			this.#set({ cloudflare: next.keyId === '' ? null : next });
		};
		return html`<div class="fields">
			<label>${t.network.cloudflareKey}<input .value=${keyId} @change=${(event: Event) => change({ keyId: textOf(event) })} /></label>
			<label>${t.network.cloudflareToken}<input
				type="password" autocomplete="new-password" placeholder=${apiToken === true ? t.words.networkSecret : ''}
				@change=${(event: Event) => change({ apiToken: typed(textOf(event), apiToken) })}
			/>${fieldError(this.#attempt.fields['network.cloudflare.apiToken'], 'cloudflare-error')}</label>
		</div>`;
	}

	#paths({ policy, ports, limits, publicAddress, extraAddresses, tcp }: NetworkValues) {
		const words = t.network;
		const number = (label: string, value: number, id: string, change: (value: number) => Partial<NetworkValues>) =>
			html`<label>${label}<input
				type="number" data-testid=${id} .value=${String(value)} @change=${(event: Event) => this.#set(change(Number(textOf(event))))}
			/></label>`;
		return html`<div class="fields">
			<label>${words.paths}<select data-testid="policy" @change=${(event: Event) => this.#set({ policy: textOf(event) as 'all' | 'relay' })}>
				<option value="all" ?selected=${policy === 'all'}>${words.pathAll}</option>
				<option value="relay" ?selected=${policy === 'relay'}>${words.pathRelay}</option>
			</select></label>
			<label>${words.publicAddress}<input
				data-testid="public-address" .value=${publicAddress ?? ''} placeholder=${words.none}
				@change=${(event: Event) => this.#set({ publicAddress: textOf(event) || null })}
			/></label>
			<label>${words.moreAddresses}<input
				.value=${extraAddresses.join(' ')} placeholder=${words.none} @change=${(event: Event) => this.#set({ extraAddresses: wordsOf(textOf(event)) })}
			/></label>
			${number(words.firstPort, ports.first, 'first-port', (first) => ({ ports: { ...ports, first } }))}
			${number(words.lastPort, ports.last, 'last-port', (last) => ({ ports: { ...ports, last } }))}
			${number(words.guestLimit, limits.guests, 'guest-limit', (guests) => ({ limits: { ...limits, guests } }))}
			${number(words.viewerLimit, limits.viewers, 'viewer-limit', (viewers) => ({ limits: { ...limits, viewers } }))}
			<label class="check"><input type="checkbox" .checked=${tcp} @change=${(event: Event) => this.#set({ tcp: (event.target as HTMLInputElement).checked })} />${words.tcp}</label>
		</div>`;
	}

	/** No interface ticked means all of them. */
	#addresses({ interfaces }: NetworkValues, { addresses }: NetworkStatus) {
		const { table, onlyOf, toldAll, toldOnly } = t.network;
		const shown = addresses.filter(({ kind }) => kind !== 'loopback');
		const toggle = (name: string) =>
			this.#set({ interfaces: interfaces.includes(name) ? interfaces.filter((known) => known !== name) : [...interfaces, name] });
		const names = [...new Set(shown.map((address) => address.interface))];
		return html`<div class="scroll"><table data-testid="addresses">
			<tr><th scope="col">${table.only}</th><th scope="col">${table.interface}</th><th scope="col">${table.address}</th><th scope="col">${table.what}</th></tr>
			${names.map((name) => {
				const rows = shown.filter((address) => address.interface === name);
				return html`<tr>
					<td><input type="checkbox" aria-label=${onlyOf(name)} .checked=${interfaces.includes(name)} @change=${() => toggle(name)} /></td>
					<td>${name}</td><td>${rows.map(({ address }) => html`${address}<br />`)}</td><td>${rows.map(({ name }) => html`${name}<br />`)}</td>
				</tr>`;
			})}
		</table></div>
		<p class="dim small">${interfaces.length === 0 ? toldAll : toldOnly(interfaces.join(', '))}</p>`;
	}

	#set(change: Partial<NetworkValues>): void {
		this.values = { ...this.values!, ...change };
		this.saved = false;
	}

	async #load(): Promise<void> {
		if (!this.session || !atLeast(this.session.role, 'technician')) {
			this.#attempt.error = t.words.techniciansOnly(t.words.roles[this.session?.role ?? 'operator']);
			return;
		}
		await this.#attempt.run(async () => {
			const settings = await request<{ network: NetworkValues }>('GET', '/api/settings');
			this.status = await request<NetworkStatus>('GET', '/api/network');
			this.values = settings.network;
		});
	}

	async #save(): Promise<void> {
		// Already shown at its field.
		for (const form of this.renderRoot.querySelectorAll<ServerForm>('r58-server-form')) if (form.focusError()) return;
		await this.#attempt.run(async () => {
			const body = { network: this.values };
			this.values = (await request<{ network: NetworkValues }>('PATCH', '/api/settings', { body })).network;
			this.status = await request<NetworkStatus>('GET', '/api/network');
			this.saved = true;
		});
	}
}
