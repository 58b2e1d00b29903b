import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { base } from '../../elements/styles.js';
import type { Guest as Texts } from '../../texts/en/guest.js';
import { type Icon, icon } from './icons.js';
import { iconStyles } from './page-styles.js';

export type Control = 'mute' | 'camera' | 'turn' | 'share' | 'leave';

/** The button bar, always within reach. Dispatches `mute`, `camera`, `turn`, `share` and `leave`. */
@customElement('r58-controls')
export class Controls extends LitElement {
	static override styles = [
		base,
		iconStyles,
		css`
			:host { display: grid; grid-auto-flow: column; grid-auto-columns: minmax(0, 1fr); gap: 6px; }
			button {
				flex-direction: column;
				gap: 3px;
				min-width: 0;
				min-height: 62px;
				padding: 6px 2px;
				font-size: 0.78rem;
				line-height: 1.15;
			}
			button[data-alarm] { background: var(--bad-surface); border-color: var(--bad); color: var(--text); }
		`,
	];
	@property({ attribute: false }) texts!: Texts;
	@property({ type: Boolean }) muted = false;
	@property({ type: Boolean }) cameraOff = false;
	@property({ type: Boolean }) sharing = false;
	@property({ type: Boolean }) hasMicrophone = false;
	@property({ type: Boolean }) hasCamera = false;
	@property({ type: Boolean }) canTurn = false;
	@property({ type: Boolean }) canShare = false;

	override render() {
		const { controls } = this.texts;
		return html`
			${this.hasMicrophone ? this.#button('mute', 'microphone', this.muted ? controls.unmute : controls.mute, this.muted) : nothing}
			${this.hasCamera ? this.#button('camera', 'camera', this.cameraOff ? controls.cameraOn : controls.cameraOff, this.cameraOff) : nothing}
			${this.canTurn && !this.sharing && !this.cameraOff ? this.#button('turn', 'turn', controls.switchCamera) : nothing}
			${this.canShare ? this.#button('share', 'screen', this.sharing ? controls.unshare : controls.share, false, this.sharing) : nothing}
			${this.#button('leave', 'leave', controls.leave)}
		`;
	}

	/** The label says what a press does, so aria-pressed would repeat it. */
	#button(control: Control, sign: Icon, words: string, off = false, active = false) {
		return html`<button
			class=${control === 'leave' ? 'danger' : active ? 'primary' : ''} ?data-alarm=${off} data-testid="${control}-button"
			data-state=${off ? 'off' : 'on'} @click=${() => this.dispatchEvent(new Event(control))}
		>${icon(sign, off)}<span>${words}</span></button>`;
	}
}
