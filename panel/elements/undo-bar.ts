import { css, html, LitElement } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { kindTraits } from '../../service/contract/sourceKinds.js';
import type { Removed } from '../../service/contract/sources.js';
import type { Requests } from '../data/requests.js';
import { t } from '../texts/texts.js';
import { base } from './styles.js';

/** Recent removals, whoever made them: one tap undoes each while it can be undone. The newest three. */
@customElement('r58-undo-bar')
export class UndoBar extends LitElement {
	static override styles = [
		base,
		css`
			:host { position: fixed; inset: auto 12px 12px 12px; z-index: 7; display: grid; justify-items: start; gap: 8px; pointer-events: none; }
			.list { display: grid; gap: 8px; justify-items: start; max-width: 100%; }
			.removed {
				position: relative;
				display: flex;
				align-items: center;
				gap: 12px;
				max-width: 100%;
				padding: 4px 4px 4px 14px;
				overflow: hidden;
				border: 1px solid var(--line);
				border-radius: var(--radius);
				background: var(--raised);
				box-shadow: 0 4px 16px rgb(0 0 0 / 0.35);
				pointer-events: auto;
			}
			.removed span { min-width: 0; overflow-wrap: anywhere; }
			.removed button { flex: none; }
			/* Time left to undo. */
			.removed::after {
				content: '';
				position: absolute;
				inset: auto 0 0 0;
				height: 3px;
				background: var(--accent);
				transform-origin: left;
				animation: left 10s linear forwards;
			}
			@media (max-width: 599px) {
				:host { inset: auto 4px 4px; }
			}
			@keyframes left { to { transform: scaleX(0); } }
		`,
	];
	@property({ attribute: false }) requests!: Requests;
	@property({ attribute: false }) removed: Record<string, Removed> = {};

	override render() {
		return html`<div class="list" role="status">${Object.values(this.removed)
			.slice(-3)
			.map(
				({ id, label, kind }) => html`<div class="removed" data-testid="removed-${id}">
					<span><b>${label}</b> ${t.elements.undo.removed}</span>
					<button
						class="primary" data-testid="undo-${id}" aria-label=${t.elements.undo.of(label)}
						@click=${() => this.requests.send('POST', `/api/${kindTraits[kind].person ? 'guests' : 'sources'}/${encodeURIComponent(id)}/restore`)}
					>${t.elements.undo.action}</button>
				</div>`,
			)}</div>`;
	}
}
