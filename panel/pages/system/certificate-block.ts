import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import type { Certificates } from '../../../service/contract/certificates.js';
import type { Session } from '../../../service/contract/sessions.js';
import { request, sentence } from '../../data/http.js';
import type { Confirm } from '../../elements/confirm.js';
import { localTime } from '../../elements/format.js';
import { base } from '../../elements/styles.js';
import { t } from '../../texts/texts.js';
import '../../elements/confirm.js';

/** What browsers trust: the device's authority, the certificates in use, and one installed by a technician. */
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
	@state() private error: string | null = null;
	@state() private busy = false;
	@query('r58-confirm') private confirm!: Confirm;

	override connectedCallback(): void {
		super.connectedCallback();
		void this.#do(() => request<Certificates>('GET', '/api/certificate'));
	}

	override render() {
		const words = t.system.certificate;
		return html`
			<h2>${words.title}</h2>
			<p>
				${words.intro}
				<a href="/trust" target="_blank" data-testid="trust-link">${words.how}</a>
			</p>
			${this.info ? this.#facts(this.info) : nothing}
			${this.error ? html`<p class="callout" role="alert" data-testid="certificate-error">${this.error}</p>` : nothing}
			${this.session?.role === 'technician' ? html`${this.#form()}${this.#renewal(this.info?.authority.unbounded ?? false)}` : nothing}
			<r58-confirm></r58-confirm>
		`;
	}

	#facts({ authority, served, acmeError }: Certificates) {
		const words = t.system.certificate;
		return html`
			<p>${words.authority} <b>${authority.name}</b>; ${words.fingerprint}<br /><code data-testid="authority-fingerprint">${authority.fingerprint}</code></p>
			${acmeError ? html`<p class="callout">${words.acmeError(acmeError)}</p>` : nothing}
			<ul>
				${served.map(
					({ kind, names, lacks, issuer, validTo }) => html`<li data-testid="certificate-${kind}">
						<b>${words.kinds[kind]}</b>
						<span class="small">${words.signed(issuer, localTime(validTo))}</span>
						<span class="small dim">${words.names(names.join(', '))}</span>
						${lacks.length > 0 ? html`<span class="small">${words.lacks(lacks.join(', '))}</span>` : nothing}
					</li>`,
				)}
			</ul>
		`;
	}

	#form() {
		const words = t.system.certificate;
		const installed = this.info?.served.some(({ kind }) => kind === 'own') ?? false;
		return html`<details>
			<summary>${words.own}</summary>
			<form @submit=${this.#install}>
				<label>${words.chain} <input type="file" name="chain" accept=".pem,.crt,.cer" data-testid="certificate-chain" required /></label>
				<label>${words.key} <input type="file" name="key" accept=".pem,.key" data-testid="certificate-key" required /></label>
				<div class="actions">
					<button class="primary" data-testid="certificate-install" ?disabled=${this.busy}>${words.install}</button>
					${installed ? html`<button type="button" data-testid="certificate-revert" ?disabled=${this.busy} @click=${this.#revert}>${words.revert}</button>` : nothing}
				</div>
			</form>
		</details>`;
	}

	#renewal(unbounded: boolean) {
		const words = t.system.certificate;
		return html`<details ?open=${unbounded}>
			<summary>${words.renew}</summary>
			${unbounded ? html`<p class="callout" data-testid="authority-unbounded">${words.unbounded}</p>` : nothing}
			<ol class="small">
				<li>${words.steps.time}</li>
				<li>${words.steps.press}</li>
				<li>${words.steps.open} <a href="/trust" target="_blank">${words.steps.openLink}</a>${words.steps.compare}</li>
			</ol>
			<button data-testid="authority-renew" ?disabled=${this.busy} @click=${this.#renew}>${words.renew}</button>
		</details>`;
	}

	async #renew(): Promise<void> {
		const { renewAsk: title, renewText: text, renewAction: action } = t.system.certificate;
		if (!(await this.confirm.ask({ title, text, action }))) return;
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
		// Do not leave the key anywhere in this page.
		form.reset();
	}

	async #revert(): Promise<void> {
		await this.#do(() => request<Certificates>('DELETE', '/api/certificate'));
	}

	async #do(action: () => Promise<Certificates>): Promise<void> {
		this.busy = true;
		try {
			this.info = await action();
			this.error = null;
		} catch (error) {
			this.error = sentence(error);
		} finally {
			this.busy = false;
		}
	}
}
