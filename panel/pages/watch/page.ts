import { css, html, LitElement, nothing } from 'lit';
import { customElement, query, state } from 'lit/decorators.js';
import { Whep } from '../../data/rtc/whep.js';
import { fragmentToken } from '../../data/session.js';
import { base } from '../../elements/styles.js';
import { common } from '../../texts/common.js';

/** One streamer across the whole window. */
@customElement('r58-watch-page')
export class WatchPage extends LitElement {
	static override styles = [
		base,
		css`
			:host { position: fixed; inset: 0; display: block; background: #000; color: #fff; }
			video { display: block; width: 100%; height: 100%; object-fit: contain; }
			.state {
				position: absolute;
				inset: 0;
				display: grid;
				place-items: center;
				padding: 24px;
				text-align: center;
				background: rgb(0 0 0 / 0.65);
				font-size: 1.1rem;
			}
			.state p { max-width: 36em; }
			.bar {
				position: absolute;
				inset: auto 12px max(12px, env(safe-area-inset-bottom)) 12px;
				display: flex;
				justify-content: center;
				gap: 8px;
			}
			.bar button { background: rgb(20 22 26 / 0.85); color: #fff; border-color: rgb(255 255 255 / 0.4); }
			.sound { font-size: 1.1rem; min-height: 56px; padding: 0 24px; }
			.bar.quiet { opacity: 0; transition: opacity 0.2s; }
			:host(:hover) .bar.quiet, .bar.quiet:focus-within { opacity: 1; }
		`,
	];
	@query('video') private video!: HTMLVideoElement;
	/** The browser plays sound only after a tap. */
	@state() private silenced = false;
	#token = fragmentToken();
	#streamer = decodeURIComponent(location.pathname.split('/')[2] || 'program');
	#whep = new Whep(
		this,
		() => this.video,
		() => this.#token,
	);
	#playing: MediaStream | null = null;

	override connectedCallback(): void {
		super.connectedCallback();
		this.#whep.watch(this.#streamer);
	}

	override updated(): void {
		const { stream } = this.#whep;
		if (stream === this.#playing) return;
		this.#playing = stream;
		this.video.srcObject = stream;
		if (stream) void this.#play();
	}

	override render() {
		const { status, live, soundOnly } = this.#whep;
		return html`<main>
			<h1 class="visually-hidden">${common.watch.live(this.#streamer)}</h1>
			<video data-testid="watch-video" playsinline aria-label=${common.watch.live(this.#streamer)}></video>
			${live && !soundOnly ? nothing : html`<div class="state"><p role="status" data-testid="watch-state" data-phase=${status.phase}>${this.#state()}</p></div>`}
			<div class="bar ${this.silenced ? '' : 'quiet'}">
				${
					this.silenced
						? html`<button class="sound" data-testid="watch-unmute" @click=${this.#unmute}>${common.watch.unmute}</button>`
						: nothing
				}
				<button data-testid="watch-fullscreen" @click=${this.#fullScreen}>${common.watch.fullScreen}</button>
			</div>
		</main>`;
	}

	#state(): string {
		const { status, live, message } = this.#whep;
		if (live) return `${message} ${common.watch.soundOnly}`;
		return status.phase === 'refused' && this.#token === null ? common.watch.noLink : (message ?? common.watch.connecting);
	}

	/** With sound if the browser allows it, otherwise muted with a button. */
	async #play(): Promise<void> {
		try {
			await this.video.play();
		} catch (error) {
			if ((error as DOMException).name !== 'NotAllowedError') return;
			this.silenced = this.video.muted = true;
			await this.video.play().catch(() => undefined);
		}
	}

	#unmute(): void {
		this.silenced = this.video.muted = false;
		void this.#play();
	}

	#fullScreen(): void {
		if (document.fullscreenElement) void document.exitFullscreen();
		else void document.documentElement.requestFullscreen?.();
	}
}
