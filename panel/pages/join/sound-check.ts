import { css, html, LitElement } from 'lit';
import { customElement, property, query } from 'lit/decorators.js';
import type { Meter } from '../../elements/meter.js';
import { base } from '../../elements/styles.js';
import type { Guest as Texts } from '../../texts/en/guest.js';
import { type Hearing, MicrophoneLevel } from './microphone-level.js';
import '../../elements/meter.js';

/** Level of the microphone, and whether anything is heard at all. */
@customElement('r58-sound-check')
export class SoundCheck extends LitElement {
	static override styles = [
		base,
		css`
			:host { display: grid; gap: 6px; }
			.verdict { min-height: 2.6em; }
			.heard { color: var(--ok); font-weight: 600; }
			.quiet, .loud, .none { color: var(--warn); font-weight: 600; }
		`,
	];
	@property({ attribute: false }) texts!: Texts;
	@property({ attribute: false }) track: MediaStreamTrack | undefined;
	/** The browser has listed its devices. */
	@property({ type: Boolean }) ready = false;
	@query('r58-meter') private meter!: Meter | null;
	#level = new MicrophoneLevel(this, (db) => this.meter?.show([db, db]));

	override updated(): void {
		this.#level.listen(this.track);
	}

	override render() {
		const { check } = this.texts;
		const words: Record<Hearing | 'none', string> = { ...check, waiting: check.speak };
		const verdict = this.ready && !this.track ? 'none' : this.#level.hearing;
		return html`
			<r58-meter data-testid="microphone-meter" role="img" aria-label=${check.meter}></r58-meter>
			<p class="verdict small ${verdict}" role="status" data-testid="sound-check" data-verdict=${verdict}>
				${verdict === 'heard' ? '✓ ' : ''}${words[verdict]}
			</p>
		`;
	}
}
