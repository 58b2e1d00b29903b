import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import type { CertificateInfo, Certificates } from '../../../service/contract/certificates.js';
import type { Session } from '../../../service/contract/sessions.js';
import { request, sentence } from '../../data/http.js';
import type { Confirm } from '../../elements/confirm.js';
import { localTime } from '../../elements/format.js';
import { base } from '../../elements/styles.js';
import '../../elements/confirm.js';

const kinds: Record<CertificateInfo['kind'], string> = {
	own: 'Installed by you',
	acme: 'Got for the public name',
	device: 'Of the device itself',
};

/** What browsers trust: the device's authority, the certificates in use, and one of the technician's own. */
@customElement('r58-certificate-block')
export class CertificateBlock extends LitElement {
	static override styles = [
		base,
		css`
			:host { display: grid; gap: 10px; grid-template-columns: minmax(0, 1fr); }
			li { display: grid; gap: 2px; padding: 8px 0; border-top: 1px solid var(--line); overflow-wrap: anywhere; }
			code { font: 0.85rem var(--mono); overflow-wrap: anywhere; }
			form { display: grid; gap: 8px; justify-items: start; }
			input[type='file'] { padding: 9px; }
			.actions { display: flex; flex-wrap: wrap; gap: 8px; }
		`,
	];
	@property({ attribute: false }) session: Session | null = null;
	@state() private info: Certificates | null = null;
	@state() private problem: string | null = null;
	@state() private busy = false;
	@query('r58-confirm') private confirm!: Confirm;

	override connectedCallback(): void {
		super.connectedCallback();
		void this.#do(() => request<Certificates>('GET', '/api/certificate'));
	}

	override render() {
		return html`
			<h2>Certificate</h2>
			<p>
				Browsers warn until they trust this studio.
				<a href="/trust" target="_blank" data-testid="trust-link">How to trust it on phones and computers</a>
			</p>
			${this.info ? this.#facts(this.info) : nothing}
			${this.problem ? html`<p class="problem" role="alert" data-testid="certificate-problem">${this.problem}</p>` : nothing}
			${this.session?.role === 'technician' ? html`${this.#form()}${this.#renewal(this.info?.authority.unbounded ?? false)}` : nothing}
			<r58-confirm></r58-confirm>
		`;
	}

	#facts({ authority, served, acmeError }: Certificates) {
		return html`
			<p>Its authority is <b>${authority.name}</b>; fingerprint (SHA-256)<br /><code data-testid="authority-fingerprint">${authority.fingerprint}</code></p>
			${acmeError ? html`<p class="problem">No certificate for the public name: ${acmeError}</p>` : nothing}
			<ul>
				${served.map(
					({ kind, names, lacks, issuer, validTo }) => html`<li data-testid="certificate-${kind}">
						<b>${kinds[kind]}</b>
						<span class="small">Signed by ${issuer}, until ${localTime(validTo)}</span>
						<span class="small dim">For ${names.join(', ')}</span>
						${lacks.length > 0 ? html`<span class="small">Not for ${lacks.join(', ')}</span>` : nothing}
					</li>`,
				)}
			</ul>
		`;
	}

	#form() {
		const installed = this.info?.served.some(({ kind }) => kind === 'own') ?? false;
		return html`<details>
			<summary>Use a certificate of your own</summary>
			<form @submit=${this.#install}>
				<label>Chain (PEM) <input type="file" name="chain" accept=".pem,.crt,.cer" data-testid="certificate-chain" required /></label>
				<label>Key without password (PEM) <input type="file" name="key" accept=".pem,.key" data-testid="certificate-key" required /></label>
				<div class="actions">
					<button class="primary" data-testid="certificate-install" ?disabled=${this.busy}>Install</button>
					${installed ? html`<button type="button" data-testid="certificate-revert" ?disabled=${this.busy} @click=${this.#revert}>Back to the device’s own</button>` : nothing}
				</div>
			</form>
		</details>`;
	}

	#renewal(unbounded: boolean) {
		return html`<details ?open=${unbounded}>
			<summary>Make a new authority</summary>
			${
				unbounded
					? html`<p class="problem" data-testid="authority-unbounded">The present one was made by an earlier version and could sign for any
						website. A new one signs for this studio and private networks alone.</p>`
					: nothing
			}
			<ol class="small">
				<li>Choose a time without a show: until you press the button, all goes on with the present one.</li>
				<li>Press the button. Browsers warn from then on.</li>
				<li>On each phone and computer open <a href="/trust" target="_blank">How to trust it</a>, compare the fingerprint above, and
					remove the old authority in the same place.</li>
			</ol>
			<button data-testid="authority-renew" ?disabled=${this.busy} @click=${this.#renew}>Make a new authority</button>
		</details>`;
	}

	async #renew(): Promise<void> {
		const text =
			'Every phone and computer has to trust the new one: until then browsers warn, and guests who trusted the old one get in past a warning only.';
		if (!(await this.confirm.ask({ title: 'Make a new authority?', text, action: 'Make it' }))) return;
		await this.#do(() => request<Certificates>('POST', '/api/certificate/authority'));
	}

	async #install(event: SubmitEvent): Promise<void> {
		event.preventDefault();
		const form = event.target as HTMLFormElement;
		const files = new FormData(form);
		await this.#do(async () => {
			const [chainPem, keyPem] = await Promise.all(['chain', 'key'].map((name) => (files.get(name) as File).text()));
			return request<Certificates>('PUT', '/api/certificate', { body: { chainPem, keyPem } });
		});
		// The key is to stay nowhere in this page.
		form.reset();
	}

	async #revert(): Promise<void> {
		await this.#do(() => request<Certificates>('DELETE', '/api/certificate'));
	}

	async #do(action: () => Promise<Certificates>): Promise<void> {
		this.busy = true;
		try {
			this.info = await action();
			this.problem = null;
		} catch (error) {
			this.problem = sentence(error);
		} finally {
			this.busy = false;
		}
	}
}
