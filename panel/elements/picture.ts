import { css, html, LitElement } from 'lit';
import { customElement, property, query } from 'lit/decorators.js';
import type { Multiview } from '../data/multiview.js';

/** One part of the multiview as a canvas; drawn only while it is visible. */
@customElement('r58-picture')
export class Picture extends LitElement {
	static override styles = css`
		:host { display: block; aspect-ratio: 16 / 9; background: #000; overflow: hidden; }
		canvas { display: block; width: 100%; height: 100%; object-fit: contain; }
		canvas[data-stale] { opacity: 0.25; }
	`;
	@property({ attribute: false }) multiview!: Multiview;
	/** Key of `system.multiview.tiles`: a source id or `preview`. */
	@property() tile = '';
	@property({ type: Boolean }) live = false;
	@query('canvas') private canvas!: HTMLCanvasElement;
	#observer = new IntersectionObserver((entries) => this.#seen(entries.at(-1)?.isIntersecting ?? false));

	override firstUpdated(): void {
		this.#observer.observe(this);
	}

	override connectedCallback(): void {
		super.connectedCallback();
		if (this.hasUpdated) this.#observer.observe(this);
	}

	override disconnectedCallback(): void {
		super.disconnectedCallback();
		this.#observer.disconnect();
		this.#seen(false);
	}

	#seen(visible: boolean): void {
		if (!this.canvas) return;
		if (visible) this.multiview.show(this.canvas, this.tile);
		else this.multiview.hide(this.canvas);
	}

	override render() {
		return html`<canvas width="16" height="9" ?data-stale=${!this.live} data-testid="${this.tile}-canvas"></canvas>`;
	}
}
