import { css, html, LitElement } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { Commands } from '../../data/commands.js';
import { number } from '../../elements/format.js';
import { press } from '../../elements/press.js';
import { base } from '../../elements/styles.js';
import { t } from '../../texts/texts.js';

const durationsMs = [250, 500, 1000, 2000];

/** Takes preview to program: at once, or over a set time. */
@customElement('r58-transition-block')
export class TransitionBlock extends LitElement {
	static override styles = [
		base,
		css`
			:host { display: block; }
			.takes { display: grid; grid-template-columns: 1fr 1fr; gap: 10px; }
			.takes button {
				min-height: 68px;
				flex-direction: column;
				gap: 0;
				font-size: 1.2rem;
				letter-spacing: 0.05em;
				touch-action: none;
				border-width: 2px;
			}
			.takes .cut { background: var(--text); border-color: var(--text); color: var(--bg); }
			.takes .cut:hover:not(:disabled) { background: var(--text); filter: brightness(0.92); }
			.takes small { font-size: 0.75rem; font-weight: 400; letter-spacing: 0; color: inherit; }
			.times { display: grid; grid-template-columns: repeat(4, 1fr); gap: 6px; margin-top: 10px; }
			.times button { padding: 0 4px; font-weight: 500; font-size: 0.9rem; }
			@media (hover: none) {
				.takes small { display: none; }
			}
			@media (max-width: 599px) {
				.takes button { min-height: 56px; }
				.takes, .times { gap: 6px; }
				.times { margin-top: 6px; }
			}
		`,
	];
	@property({ attribute: false }) commands!: Commands;
	/** Preview is not empty. */
	@property({ type: Boolean }) ready = false;
	@property({ type: Boolean }) running = false;
	@state() private mixMs = 500;

	override render() {
		const cut = press(() => void this.commands.cut());
		const mix = press(() => void this.commands.mix());
		const words = t.switcher.take;
		const reason = this.ready ? '' : words.empty;
		return html`
			<div class="takes" role="group" aria-label=${words.label}>
				<button data-testid="cut-button" class="cut" ?disabled=${!this.ready} title=${reason} @pointerdown=${cut} @click=${cut}>
					${words.cut}<small>${words.space}</small>
				</button>
				<button
					data-testid="mix-button" ?disabled=${!this.ready} title=${reason}
					aria-pressed=${this.running} @pointerdown=${mix} @click=${mix}
				>${words.mix}<small>${words.enter}</small></button>
			</div>
			<div class="times" role="group" aria-label=${words.length}>
				${durationsMs.map(
					(ms) => html`<button
						data-testid="duration-${ms}" aria-pressed=${this.mixMs === ms} @click=${() => this.#choose(ms)}
					>${words.seconds(number(ms / 1000, { most: 2 }))}</button>`,
				)}
			</div>
		`;
	}

	#choose(ms: number): void {
		this.mixMs = ms;
		this.commands.mixMs = ms;
	}
}
