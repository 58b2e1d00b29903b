import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { base } from '../../elements/styles.js';
import type { Guest as Texts } from '../../texts/en/guest.js';
import { pictureStyles } from './page-styles.js';

/** The picture this guest sends, mirrored if wanted. */
@customElement('r58-self-view')
export class SelfView extends LitElement {
	static override styles = [
		base,
		pictureStyles,
		css`
			video { object-fit: cover; }
			:host([mirrored]) video { transform: scaleX(-1); }
			:host([whole]) video { object-fit: contain; }
			:host([off]) video { visibility: hidden; }
			.badge { background: var(--program); color: var(--program-text); }
		`,
	];
	@property({ attribute: false }) texts!: Texts;
	@property({ attribute: false }) stream: MediaStream | null = null;
	@property({ type: Boolean, reflect: true }) mirrored = false;
	/** Show a shared screen to its edges. */
	@property({ type: Boolean, reflect: true }) whole = false;
	@property({ type: Boolean, reflect: true }) off = false;
	@property({ type: Boolean }) muted = false;
	@property({ type: Boolean }) paused = false;
	/** There is no camera, and none is about to open. */
	@property({ type: Boolean }) failed = false;

	override render() {
		const text = this.#text();
		return html`<figure>
			<video
				data-testid="self-video" autoplay playsinline muted .muted=${true} .srcObject=${this.stream}
				aria-label=${this.texts.self.label}
			></video>
			${text === null ? nothing : html`<p class="over" role="status">${text}</p>`}
			${this.muted ? html`<span class="badge">${this.texts.self.muted}</span>` : nothing}
		</figure>`;
	}

	#text(): string | null {
		const { self } = this.texts;
		if (this.off) return self.off;
		if (this.stream === null) return this.failed ? self.none : self.waiting;
		if (this.stream.getVideoTracks().length === 0) return self.noCamera;
		return this.paused ? self.paused : null;
	}
}
