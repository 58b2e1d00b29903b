import { html, nothing } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import { request } from '../../data/http.js';
import { FormDialog } from '../../elements/form-dialog.js';
import { words } from '../../elements/typed.js';
import type { AccessValues, TunnelValues } from './values.js';

/** By which ways guests and viewers come in. */
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
		return 'Access';
	}

	protected action(): string {
		return this.busy ? 'Saving…' : 'Save';
	}

	protected fields() {
		const { values } = this;
		if (!values) return nothing;
		const toggle = (change: (on: boolean) => void) => (event: Event) => change((event.target as HTMLInputElement).checked);
		return html`
			<label>Public name
				<input name="publicUrl" data-testid="access-public-url" value=${values.publicUrl ?? ''} placeholder="https://studio.example.org" spellcheck="false" autocapitalize="none" />
				<span class="hint">Invites use it. Empty: the studio is reached from its own network only.</span>
			</label>
			<label>Trusted proxies
				<input name="trustedProxies" data-testid="access-proxies" value=${values.trustedProxies.join(' ')} placeholder="192.0.2.7 192.0.2.0/24 tunnel" spellcheck="false" autocapitalize="none" />
				<span class="hint">Addresses or networks whose X-Forwarded headers count, or the word tunnel.</span>
			</label>
			<label>Own networks
				<input name="lan" data-testid="access-lan" value=${values.lan.join(' ')} placeholder="192.0.2.0/24" spellcheck="false" autocapitalize="none" />
				<span class="hint">Beside private ones. From anywhere else only the pages of guests and viewers exist.</span>
			</label>
			<label>Other names of this machine
				<input name="names" data-testid="access-names" value=${values.names.join(' ')} placeholder="studio.fritz.box" spellcheck="false" autocapitalize="none" />
				<span class="hint">Under names that it does not know it does not answer.</span>
			</label>
			<label class="check"><input type="checkbox" name="openToInternet" data-testid="access-open" ?checked=${values.openToInternet} />The firewall lets everybody come to the pages</label>
			<span class="hint">For a port that the router forwards here. Proxies, the tunnel and Let’s Encrypt do without.</span>
			<label class="check"><input type="checkbox" name="door" data-testid="access-door" ?checked=${values.door} />People on this network may knock without an invite</label>
			<label class="check"><input type="checkbox" data-testid="access-tunnel" .checked=${this.tunnelOn} @change=${toggle((on) => (this.tunnelOn = on))} />Tunnel to a server of ours (SSH)</label>
			${this.tunnelOn ? this.#tunnel(values.tunnel) : nothing}
			<label class="check"><input type="checkbox" data-testid="access-acme" .checked=${this.acmeOn} @change=${toggle((on) => (this.acmeOn = on))} />Certificate by Let’s Encrypt for the public name</label>
			${
				this.acmeOn
					? html`<label>Mail address for the authority
							<input name="email" type="email" value=${values.acme?.email ?? ''} placeholder="none" />
							<span class="hint">Turning this on agrees to its terms. Port 80 of the public name must lead to this machine.</span>
						</label>`
					: nothing
			}
		`;
	}

	#tunnel(tunnel: TunnelValues | null) {
		return html`
			<div class="row">
				<label>Server<input name="host" data-testid="tunnel-host" value=${tunnel?.host ?? ''} required spellcheck="false" autocapitalize="none" /></label>
				<label>SSH port<input name="port" type="number" min="1" max="65535" value=${tunnel?.port ?? 22} required /></label>
				<label>User<input name="user" value=${tunnel?.user ?? ''} required spellcheck="false" autocapitalize="none" /></label>
				<label>Port for guests there<input name="remotePort" type="number" min="1024" max="65535" value=${tunnel?.remotePort ?? 8080} required /></label>
			</div>
			<label>Public key of the server
				<input name="hostKey" value=${tunnel?.hostKey ?? ''} placeholder="ssh-ed25519 AAAA…" required spellcheck="false" autocapitalize="none" />
				<span class="hint">As ssh-keyscan -t ed25519 SERVER prints it behind the name.</span>
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
		// What was set up once is kept for the next time.
		const off = tunnel && { ...tunnel, enabled: false };
		const access: Partial<AccessValues> = {
			publicUrl: text('publicUrl') || null,
			trustedProxies: words(text('trustedProxies')),
			lan: words(text('lan')),
			names: words(text('names')),
			openToInternet: form.has('openToInternet'),
			door: form.has('door'),
			tunnel: this.tunnelOn ? typed : off,
			acme: this.acmeOn ? ({ ...(acme ?? {}), email: text('email') || null } as AccessValues['acme']) : null,
		};
		await request('PATCH', '/api/settings', { body: { access } });
		this.dispatchEvent(new Event('saved'));
	}
}
