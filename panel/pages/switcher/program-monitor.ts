import { css, html, LitElement, nothing, type PropertyValues } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import type { Buses } from '../../../service/contract/buses.js';
import type { Scene } from '../../../service/contract/scenes.js';
import { Whep } from '../../data/rtc/whep.js';
import { sceneLabel } from '../../data/scenes.js';
import { base } from '../../elements/styles.js';
import { tallyStyles } from '../../elements/tally-styles.js';
import { t } from '../../texts/texts.js';
import { monitorStyles } from './monitor-styles.js';

/** The program as viewers get it. Muted until asked: the operator may be sitting in the room. */
@customElement('r58-program-monitor')
export class ProgramMonitor extends LitElement {
	static override styles = [
		base,
		tallyStyles,
		monitorStyles,
		css`
			video[data-stale] { opacity: 0.25; }
		`,
	];
	@property({ attribute: false }) scene: Scene | null = null;
	@property({ attribute: false }) transition: Buses['transition'] = null;
	@property({ type: Boolean }) tally = false;
	/** When the studio started; a restarted studio has forgotten its viewers. */
	@property() startedAt = '';
	@state() private muted = true;
	@query('video') private video!: HTMLVideoElement | null;
	#whep = new Whep(this, () => this.video);

	override willUpdate(changed: PropertyValues<this>): void {
		if (changed.has('startedAt')) this.#whep.watch('program');
	}

	override render() {
		const { live, message, soundOnly, stream } = this.#whep;
		const sound = this.muted ? t.switcher.listenLabel : t.switcher.listeningLabel;
		return html`<section aria-label=${t.switcher.program} class="monitor">
			<div class="screen bus ${this.tally ? 'program' : ''}">
				<video
					data-testid="program-video" autoplay playsinline .muted=${this.muted} .srcObject=${stream} ?data-stale=${!live}
				></video>
				${live && !soundOnly ? nothing : html`<p class="message" role="status"><span>${message ?? t.switcher.waitingForProgram}</span></p>`}
			</div>
			<p class="caption">
				<span class="lamp ${this.tally ? 'program' : ''}">${t.switcher.pgm}</span>
				<span class="what" data-testid="program-label">
					${this.scene ? sceneLabel(this.scene) : t.switcher.nothingOnAir}${this.transition ? html` · ${t.switcher.transitions[this.transition.kind]}` : nothing}
				</span>
				<button data-testid="program-mute" aria-pressed=${!this.muted} aria-label=${sound} title=${sound} @click=${this.#mute}>
					${this.muted ? t.switcher.listen : t.switcher.listening}
				</button>
			</p>
		</section>`;
	}

	#mute(): void {
		this.muted = !this.muted;
	}
}
