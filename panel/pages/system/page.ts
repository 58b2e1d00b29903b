import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { Encoder } from '../../../service/contract/encoders.js';
import type { Fault } from '../../../service/contract/faults.js';
import type { Session } from '../../../service/contract/sessions.js';
import type { State } from '../../../service/contract/state.js';
import type { HostStatus } from '../../../service/contract/system.js';
import { request, sentence } from '../../data/http.js';
import { Requests } from '../../data/requests.js';
import { logOut } from '../../data/session.js';
import { Show } from '../../data/show.js';
import { bitrate, bytes, localTime, percent, picture } from '../../elements/format.js';
import { badgeStyles, base, pageStyles } from '../../elements/styles.js';
import '../../elements/confirm.js';
import { nameOf } from '../../elements/fault-list.js';
import { common } from '../../texts/common.js';
import { t } from '../../texts/texts.js';
import '../../elements/notices.js';
import '../../elements/page-head.js';
import '../../elements/safe-mode.js';
import './certificate-block.js';

const askEveryMs = 3000;
/** The `stats` topic's entry for one process. */
type Host = Pick<HostStatus, 'pid' | 'state' | 'restarts' | 'cpuPct' | 'rssBytes'>;
/** Badge of a process, by the states of sources. */
const hostBadges: Record<HostStatus['state'], string> = {
	off: 'off',
	starting: 'starting',
	running: 'live',
	waiting: 'no-signal',
	'held-off': 'fault',
	stuck: 'fault',
};

/** The device: health, faults, requested and measured figures, processes. */
@customElement('r58-system-page')
export class SystemPage extends LitElement {
	static override styles = [
		base,
		pageStyles,
		badgeStyles,
		css`
			section { display: grid; gap: 8px; grid-template-columns: minmax(0, 1fr); }
			dl { display: grid; grid-template-columns: minmax(120px, 200px) minmax(0, 1fr); gap: 6px 16px; }
			dt { color: var(--dim); }
			dd { overflow-wrap: anywhere; }
			.ok { color: var(--ok); font-weight: 700; }
			.degraded { color: var(--warn); font-weight: 700; }
			.scroll { overflow-x: auto; }
			table { border-collapse: collapse; width: 100%; font-size: 0.9rem; }
			th, td { padding: 6px 12px 6px 0; text-align: left; border-top: 1px solid var(--line); white-space: nowrap; }
			thead th { border: 0; color: var(--dim); font-weight: 500; }
			tbody th { white-space: normal; overflow-wrap: anywhere; }
			.figure { text-align: right; }
			.login { display: flex; flex-wrap: wrap; align-items: center; gap: 8px 16px; }
			@media (max-width: 599px) {
				dl { grid-template-columns: minmax(0, 1fr); gap: 0; }
				dd { margin-bottom: 8px; }
				th, td { padding-right: 8px; font-size: 0.85rem; }
				.pid, .id { display: none; }
			}
		`,
	];
	@property({ attribute: false }) session: Session | null = null;
	@state() private health: string | null = null;
	@state() private error: string | null = null;
	@state() private hosts: Record<string, Host> = {};
	#show = new Show(this, ['stats']);
	#requests = new Requests(this.#show, this);
	#timer = 0;
	#shownFaults: Fault[] | null = null;

	override connectedCallback(): void {
		super.connectedCallback();
		this.#show.link.addEventListener('stats', this.#onStats);
		void this.#ask();
		this.#timer = window.setInterval(() => void this.#ask(), askEveryMs);
	}

	override disconnectedCallback(): void {
		super.disconnectedCallback();
		this.#show.link.removeEventListener('stats', this.#onStats);
		window.clearInterval(this.#timer);
	}

	/** Health and faults are shown side by side, so they are fetched together. */
	override willUpdate(): void {
		const faults = this.#show.state?.faults ?? null;
		if (faults !== this.#shownFaults) void this.#ask();
		this.#shownFaults = faults;
	}

	override render() {
		const { state, online } = this.#show;
		return html`<main class="page">
			<r58-page-head heading=${common.pages.system} .offline=${state && !online ? t.system.figuresOld : null}></r58-page-head>
			<r58-safe-mode .requests=${this.#requests} .state=${state} .session=${this.session}></r58-safe-mode>
			<section class="card">
				<h2>${t.system.health}</h2>
				<p role="status" data-testid="health" class=${this.health ?? ''}>${this.error ?? this.#verdict}</p>
				${state ? this.#faults(state.faults) : nothing}
				<div class="login">
					<a class="button" data-testid="health-link" href="/health">${t.system.healthLink}</a>
					<a class="button" data-testid="logs-link" href="/logs">${t.system.logLink}</a>
				</div>
			</section>
			${state ? this.#figures(state) : html`<p role="status">${t.words.loading}</p>`}
			<section class="card">
				<h2>${t.system.network.title}</h2>
				<div class="login">
					<p>${t.system.network.text}</p>
					<a class="button" data-testid="network-link" href="/network">${t.system.network.link}</a>
				</div>
			</section>
			<section class="card">
				<h2>${t.system.settings.title}</h2>
				<div class="login">
					<p>${t.system.settings.text}</p>
					<a class="button" data-testid="settings-link" href="/settings">${t.system.settings.link}</a>
				</div>
			</section>
			<section class="card">
				<h2>${t.system.processes.title}</h2>
				${Object.keys(this.hosts).length === 0 ? html`<p class="dim">${t.system.processes.none}</p>` : this.#hostTable()}
			</section>
			<r58-certificate-block class="card" .session=${this.session}></r58-certificate-block>
			<section class="card">
				<h2>${t.system.accounts.title}</h2>
				<div class="login">
					<p>${t.system.accounts.loggedInAs} <b>${this.session ? t.words.roles[this.session.role] : t.words.unknown}</b>.</p>
					<a class="button" data-testid="account-link" href="/account">${t.system.accounts.own}</a>
					<a class="button" data-testid="users-link" href="/users">${t.system.accounts.all}</a>
					<button data-testid="logout-button" @click=${logOut}>${t.words.logOut}</button>
				</div>
			</section>
		</main>
		<r58-confirm></r58-confirm>
		<r58-notices></r58-notices>`;
	}

	get #verdict(): string {
		const verdicts: Record<string, string> = t.system.verdicts;
		return verdicts[this.health ?? ''] ?? t.system.asking;
	}

	#faults(faults: Fault[]) {
		if (faults.length === 0) return html`<p class="dim">${t.system.noFaults}</p>`;
		return html`<r58-fault-list .faults=${faults} .names=${this.#names()}></r58-fault-list>`;
	}

	#figures({ system, encoders, streamers }: State) {
		const fps = system.canvas.fpsNum / system.canvas.fpsDen;
		const { freeBytes = 0, totalBytes = 0, path = '' } = system.disk ?? {};
		const disk = system.disk ? `${t.words.leftOf(bytes(freeBytes), bytes(totalBytes))} (${path})` : t.words.unknown;
		const words = t.system.device;
		return html`<section class="card">
			<h2>${words.title}</h2>
			<dl>
				<dt>${words.version}</dt><dd>${system.version}</dd>
				<dt>${words.since}</dt><dd>${localTime(system.startedAt)}</dd>
				<dt>${words.canvas}</dt><dd>${picture({ ...system.canvas, fps })}</dd>
				<dt>${words.slots}</dt><dd>${words.slotsUsed(system.slots.used, system.slots.total)}</dd>
				<dt>${words.cpu}</dt><dd>${system.cpuPct === null ? t.words.unknown : percent(system.cpuPct)}</dd>
				<dt>${words.memory}</dt><dd>${system.memoryBytes === null ? t.words.unknown : bytes(system.memoryBytes)}</dd>
				<dt>${words.temperature}</dt><dd>${system.temperatureC === null ? t.words.unknown : `${Math.round(system.temperatureC)} °C`}</dd>
				<dt>${words.disk}</dt><dd>${disk}</dd>
				${system.tunnel === 'off' ? nothing : html`<dt>${words.tunnel}</dt><dd data-testid="tunnel">${words.tunnels[system.tunnel]}</dd>`}
				${Object.values(encoders).map(
					({ id, element, hardware, asked, measured }) => html`<dt>${words.encoder(id)}</dt>
						<dd>
							${words.encoderKind(element, hardware)}
							<div class="dim small">${words.asked(asText(asked))}</div>
							<div class="dim small">${words.measured(measured ? asText(measured) : words.nothing)}</div>
						</dd>`,
				)}
				<dt>${words.soundCards}</dt>
				<dd>${system.soundCards.length === 0 ? words.noCards : system.soundCards.map(({ label }) => label).join(', ')}</dd>
				${Object.values(streamers).map(
					({ id, state, viewers }) =>
						html`<dt>${words.streamer(id)}</dt><dd>${words.streamerStates[state]}, ${t.words.viewers(viewers)}</dd>`,
				)}
			</dl>
		</section>`;
	}

	/** Names for the ids in faults and processes. */
	#names(): Record<string, string> {
		const { sources = {}, targets = {}, recordings = {} } = this.#show.state ?? {};
		const named = [...Object.values(sources), ...Object.values(targets)].map(({ id, label }) => [id, label]);
		return Object.fromEntries([...named, ...Object.values(recordings).map(({ id, name }) => [id, name])]);
	}

	#hostTable() {
		const names = this.#names();
		const words = t.system.processes;
		const titled = (host: string) => {
			const name = nameOf(host, names);
			if (name === null) return host;
			const [role, id] = host.split(' ');
			return html`${role} ${name}<div class="dim small id">${id}</div>`;
		};
		return html`<div class="scroll"><table data-testid="processes">
			<thead>
				<tr>
					<th scope="col">${words.process}</th><th scope="col">${words.state}</th><th scope="col" class="figure">${words.restarts}</th>
					<th scope="col" class="figure">${words.cpu}</th><th scope="col" class="figure">${words.memory}</th><th scope="col" class="figure pid">${words.pid}</th>
				</tr>
			</thead>
			<tbody>${Object.entries(this.hosts).map(
				([name, { pid, state, restarts, cpuPct, rssBytes }]) => html`<tr>
					<th scope="row">${titled(name)}</th>
					<td><span class="badge" data-state=${hostBadges[state]}>${words.states[state]}</span></td>
					<td class="figure">${restarts}</td>
					<td class="figure">${cpuPct === null ? '–' : percent(cpuPct)}</td>
					<td class="figure">${rssBytes === null ? '–' : bytes(rssBytes)}</td>
					<td class="figure pid">${pid ?? '–'}</td>
				</tr>`,
			)}</tbody>
		</table></div>`;
	}

	#onStats = (event: Event): void => {
		this.hosts = (event as CustomEvent<Record<string, Host>>).detail;
	};

	async #ask(): Promise<void> {
		try {
			this.health = (await request<{ status: string }>('GET', '/api/health')).status;
			this.error = null;
		} catch (error) {
			this.health = null;
			this.error = sentence(error);
		}
	}
}

function asText(figures: Encoder['asked']): string {
	return `${picture(figures)}, ${bitrate(figures.kbps)}`;
}
