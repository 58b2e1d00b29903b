import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import { base } from '../../elements/styles.js';
import type { Guest as Texts } from '../../texts/en/guest.js';
import { pictureStyles } from './page-styles.js';

/** On iOS only the phone's buttons set the volume. */
function settableVolume(): boolean {
	const probe = document.createElement('audio');
	probe.volume = 0.5;
	return probe.volume === 0.5;
}

/** The program picture, and the mix without the guest's own voice. Dispatches `volume`. */
@customElement('r58-studio-view')
export class StudioView extends LitElement {
	static override styles = [
		base,
		pictureStyles,
		css`
			:host { display: grid; gap: 8px; }
			video { object-fit: contain; }
			.volume { display: grid; grid-template-columns: auto minmax(0, 1fr); align-items: center; gap: 4px 12px; }
			.unblock { position: absolute; inset: auto 0 0; display: grid; gap: 8px; justify-items: center; padding: 12px; background: rgb(0 0 0 / 0.75); color: #fff; text-align: center; }
		`,
	];
	@property({ attribute: false }) texts!: Texts;
	@property({ attribute: false }) stream: MediaStream | null = null;
	@property({ type: Boolean }) live = false;
	/** The browser cannot decode the picture. */
	@property({ type: Boolean, attribute: 'sound-only' }) soundOnly = false;
	/** 0–1. */
	@property({ type: Number }) volume = 1;
	/** Output device; '' = system default. */
	@property() speaker = '';
	/** Browsers play no sound before a tap, and nobody has tapped yet after a reload. */
	@state() private blocked = false;
	@query('video') readonly video!: HTMLVideoElement | null;
	readonly #volumeWorks = settableVolume();
	#speaker = '';

	override updated(changed: Map<string, unknown>): void {
		if (!this.video) return;
		this.video.volume = this.volume;
		if (changed.has('stream') && this.stream) void this.#play();
		if (this.speaker !== this.#speaker && 'setSinkId' in this.video) {
			this.#speaker = this.speaker;
			// If the device is gone, the sound stays where it was.
			this.video.setSinkId(this.speaker).catch(() => undefined);
		}
	}

	override render() {
		const { studio } = this.texts;
		return html`
			<figure>
				<video data-testid="return-video" autoplay playsinline .srcObject=${this.stream} aria-label=${studio.label}></video>
				${this.live && !this.soundOnly ? nothing : html`<p class="over" role="status" data-testid="return-state">${this.#missing()}</p>`}
				${
					this.blocked && this.live
						? html`<div class="unblock">
							<p class="small">${studio.blocked}</p>
							<button class="primary" data-testid="listen-button" @click=${this.#unblock}>${studio.listen}</button>
						</div>`
						: nothing
				}
			</figure>
			${
				this.#volumeWorks
					? html`<div class="volume">
						<label for="volume">${studio.volume}</label>
						<input
							id="volume" type="range" min="0" max="1" step="0.05" data-testid="return-volume" .value=${String(this.volume)}
							aria-valuetext=${studio.percent(Math.round(this.volume * 100))}
							@input=${(event: Event) => this.#turn(Number((event.target as HTMLInputElement).value))}
						/>
					</div>`
					: nothing
			}
		`;
	}

	#missing(): string {
		const { studio } = this.texts;
		if (this.live) return studio.soundOnly;
		return this.stream ? studio.lost : studio.waiting;
	}

	/** With sound, or muted if the browser does not allow sound yet. */
	async #play(): Promise<void> {
		const { video } = this;
		if (!video) return;
		video.muted = false;
		try {
			await video.play();
			this.blocked = false;
		} catch (error) {
			// A newer stream has replaced the one about to play.
			if ((error as DOMException).name !== 'NotAllowedError') return;
			this.blocked = true;
			video.muted = true;
			await video.play().catch(() => undefined);
		}
	}

	#unblock(): void {
		this.blocked = false;
		void this.#play();
	}

	#turn(volume: number): void {
		this.dispatchEvent(new CustomEvent<number>('volume', { detail: volume }));
	}
}
