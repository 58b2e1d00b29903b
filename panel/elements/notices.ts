import { css, html, LitElement } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import { t } from '../texts/texts.js';
import { base } from './styles.js';

const shownMs = 6000;

/** Recent errors, shown for a while at the bottom of the page. The newest three. */
@customElement('r58-notices')
export class Notices extends LitElement {
	static override styles = [
		base,
		css`
			:host {
				position: fixed;
				inset: auto 12px 12px 12px;
				z-index: 20;
				display: grid;
				justify-items: center;
				gap: 8px;
				pointer-events: none;
			}
			.notice {
				display: flex;
				align-items: center;
				gap: 8px;
				max-width: 640px;
				padding: 4px 4px 4px 14px;
				border: 1px solid var(--bad);
				border-left-width: 4px;
				border-radius: var(--radius);
				background: var(--bad-surface);
				box-shadow: 0 4px 16px rgb(0 0 0 / 0.35);
				pointer-events: auto;
			}
		`,
	];
	@state() private notices: { id: number; text: string }[] = [];
	#count = 0;

	show(text: string): void {
		const id = ++this.#count;
		this.notices = [...this.notices.filter((notice) => notice.text !== text), { id, text }].slice(-3);
		window.setTimeout(() => this.#close(id), shownMs);
	}

	override render() {
		return html`<div role="alert" aria-live="assertive" data-testid="notices">
			${this.notices.map(
				({ id, text }) => html`<div class="notice">
					<span>${text}</span>
					<button class="plain" aria-label=${t.elements.closeNotice} @click=${() => this.#close(id)}>✕</button>
				</div>`,
			)}
		</div>`;
	}

	#close(id: number): void {
		this.notices = this.notices.filter((notice) => notice.id !== id);
	}
}
