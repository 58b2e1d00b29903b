import { html, nothing } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import { request } from '../../data/http.js';
import { FormDialog } from '../../elements/form-dialog.js';
import { wordsOf } from '../../elements/typed.js';
import { t } from '../../texts/texts.js';
import type { AccessValues, TunnelValues } from './values.js';

/** How guests and viewers reach the studio. */
@customElement('r58-access-dialog')
export class AccessDialog extends FormDialog {
	@state() private values: AccessValues | null = null;
	@state() private tunnelOn = false;
	@state() private acmeOn = false;
	protected readonly name = 'access';

	show(values: AccessValues): Promise<void> {
		this.values = values;
		this.tunnelOn = values.tunnel?.enabled ?? false;
		this.acmeOn = values.acme !== null;
		return this.open();
	}

	protected heading(): string {
		return t.settings.access.title;
	}

	protected action(): string {
		return this.busy ? t.words.saving : t.words.save;
	}

	protected fields() {
		const { values } = this;
		if (!values) return nothing;
		const words = t.settings.access;
		const toggle = (change: (on: boolean) => void) => (event: Event) => change((event.target as HTMLInputElement).checked);
		return html`
			<label>${words.publicUrl}
				<input name="publicUrl" data-testid="access-public-url" value=${values.publicUrl ?? ''} placeholder="https://studio.example.org" spellcheck="false" autocapitalize="none" />
				<span class="hint">${words.publicUrlHint}</span>
			</label>
			<label>${words.proxies}
				<input name="trustedProxies" data-testid="access-proxies" value=${values.trustedProxies.join(' ')} placeholder="192.0.2.7 192.0.2.0/24 tunnel" spellcheck="false" autocapitalize="none" />
				<span class="hint">${words.proxiesHint}</span>
			</label>
			<label>${words.lan}
				<input name="lan" data-testid="access-lan" value=${values.lan.join(' ')} placeholder="192.0.2.0/24" spellcheck="false" autocapitalize="none" />
				<span class="hint">${words.lanHint}</span>
			</label>
			<label>${words.names}
				<input name="names" data-testid="access-names" value=${values.names.join(' ')} placeholder="studio.fritz.box" spellcheck="false" autocapitalize="none" />
				<span class="hint">${words.namesHint}</span>
			</label>
			<label class="check"><input type="checkbox" name="openToInternet" data-testid="access-open" ?checked=${values.openToInternet} />${words.open}</label>
			<span class="hint">${words.openHint}</span>
			<label class="check"><input type="checkbox" name="door" data-testid="access-door" ?checked=${values.door} />${words.door}</label>
			<label class="check"><input type="checkbox" data-testid="access-tunnel" .checked=${this.tunnelOn} @change=${toggle((on) => (this.tunnelOn = on))} />${words.tunnel}</label>
			${this.tunnelOn ? this.#tunnel(values.tunnel) : nothing}
			<label class="check"><input type="checkbox" data-testid="access-acme" .checked=${this.acmeOn} @change=${toggle((on) => (this.acmeOn = on))} />${words.acme}</label>
			${
				this.acmeOn
					? html`<label>${words.email}
							<input name="email" type="email" value=${values.acme?.email ?? ''} placeholder=${t.words.none.toLowerCase()} />
							<span class="hint">${words.emailHint}</span>
						</label>`
					: nothing
			}
		`;
	}

	#tunnel(tunnel: TunnelValues | null) {
		const words = t.settings.access;
		return html`
			<div class="row">
				<label>${words.server}<input name="host" data-testid="tunnel-host" value=${tunnel?.host ?? ''} required spellcheck="false" autocapitalize="none" /></label>
				<label>${words.sshPort}<input name="port" type="number" min="1" max="65535" value=${tunnel?.port ?? 22} required /></label>
				<label>${words.user}<input name="user" value=${tunnel?.user ?? ''} required spellcheck="false" autocapitalize="none" /></label>
				<label>${words.remotePort}<input name="remotePort" type="number" min="1024" max="65535" value=${tunnel?.remotePort ?? 8080} required /></label>
			</div>
			<label>${words.hostKey}
				<input name="hostKey" value=${tunnel?.hostKey ?? ''} placeholder="ssh-ed25519 AAAA…" required spellcheck="false" autocapitalize="none" />
				<span class="hint">${words.hostKeyHint}</span>
			</label>
		`;
	}

	protected async save(form: FormData): Promise<void> {
		const text = (name: string) => String(form.get(name) ?? '').trim();
		const { tunnel, acme } = this.values!;
		const typed: TunnelValues = {
			enabled: true,
			host: text('host'),
			port: Number(text('port')),
			user: text('user'),
			hostKey: text('hostKey'),
			remotePort: Number(text('remotePort')),
		};
		// Values of a feature that is switched off are kept for next time.
		const off = tunnel && { ...tunnel, enabled: false };
		const access: Partial<AccessValues> = {
			publicUrl: text('publicUrl') || null,
			trustedProxies: wordsOf(text('trustedProxies')),
			lan: wordsOf(text('lan')),
			names: wordsOf(text('names')),
			openToInternet: form.has('openToInternet'),
			door: form.has('door'),
			tunnel: this.tunnelOn ? typed : off,
			acme: this.acmeOn ? ({ ...(acme ?? {}), email: text('email') || null } as AccessValues['acme']) : null,
		};
		await request('PATCH', '/api/settings', { body: { access } });
		this.dispatchEvent(new Event('saved'));
	}
}
