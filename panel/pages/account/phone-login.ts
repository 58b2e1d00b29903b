import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { LoginCode } from '../../../service/contract/accounts.js';
import { request, sentence } from '../../data/http.js';
import { duration } from '../../elements/format.js';
import { base } from '../../elements/styles.js';
import { t } from '../../texts/texts.js';

/** A one-time code that logs a phone in as the current user: to scan, or to type. */
@customElement('r58-phone-login')
export class PhoneLogin extends LitElement {
	static override styles = [
		base,
		css`
			:host { display: grid; gap: 12px; justify-items: start; }
			.code { display: flex; flex-wrap: wrap; gap: 16px; align-items: center; }
			img { width: 200px; height: 200px; background: #fff; border-radius: var(--radius); }
			.typed { font: 700 1.6rem / 1.2 var(--mono); letter-spacing: 0.08em; user-select: all; }
			.code > div { display: grid; gap: 6px; flex: 1 1 220px; min-width: 0; }
			.url { overflow-wrap: anywhere; }
		`,
	];
	@property() name = '';
	@state() private made: LoginCode | null = null;
	@state() private leftMs = 0;
	@state() private error: string | null = null;
	#timer = 0;

	override disconnectedCallback(): void {
		super.disconnectedCallback();
		window.clearInterval(this.#timer);
	}

	override render() {
		const { made, leftMs } = this;
		const words = t.account.phone;
		return html`
			<p>${words.before}<b>${this.name}</b>${words.after}</p>
			${this.error ? html`<p class="callout" role="alert">${this.error}</p>` : nothing}
			${made && leftMs > 0 ? this.#code(made) : nothing}
			<button data-testid="phone-code" @click=${this.#make}>${made ? words.another : words.show}</button>
		`;
	}

	#code({ code, url, qrSvg }: LoginCode) {
		const words = t.account.phone;
		return html`<div class="code">
			<img alt=${words.qr} data-testid="phone-qr" src="data:image/svg+xml,${encodeURIComponent(qrSvg)}" />
			<div>
				<p>${words.or} <b class="url">${new URL(url).origin}</b> ${words.type}</p>
				<p class="typed" data-testid="phone-typed">${code}</p>
				<p class="dim small" role="timer">${words.left(duration(this.leftMs))}</p>
			</div>
		</div>`;
	}

	async #make(): Promise<void> {
		try {
			this.made = await request<LoginCode>('POST', '/api/account/code', { body: {} });
			this.error = null;
		} catch (error) {
			this.made = null;
			this.error = sentence(error);
			return;
		}
		// This device's clock may be wrong, so the time since the code was shown counts.
		const endsAt = performance.now() + 300_000;
		const tick = () => {
			this.leftMs = Math.max(0, endsAt - performance.now());
			if (this.leftMs > 0) return;
			window.clearInterval(this.#timer);
			this.made = null;
		};
		window.clearInterval(this.#timer);
		this.#timer = window.setInterval(tick, 1000);
		tick();
	}
}
