import { css, html, LitElement } from 'lit';
import { customElement, property, query } from 'lit/decorators.js';
import type { Levels } from '../data/link.js';

const floorDb = -60;
/** Decay of the bars: the eye needs about 20 dB/s (IEC 60268-10 type I is 11.8). */
const fallDbPerS = 20;

/** Two bars of peak level. Updated by transforms outside Lit's rendering: 20 updates a second for every strip. */
@customElement('r58-meter')
export class Meter extends LitElement {
	static override styles = css`
		:host { display: grid; grid-template-rows: 1fr 1fr; gap: 2px; height: 14px; min-width: 40px; }
		:host([compact]) { height: 8px; }
		div {
			position: relative;
			overflow: hidden;
			border-radius: 2px;
			background: linear-gradient(to right, #1f9d45 0 66%, #d9a400 66% 90%, #d83a2e 90%);
		}
		span { position: absolute; inset: 0; background: var(--meter-off, light-dark(#cdd4de, #343a44)); transform-origin: right; }
	`;
	/** Source of `levels` events; alternatively another element calls `show`. */
	@property({ attribute: false }) source: EventTarget | null = null;
	@property() strip = '';
	@query('.left') private left!: HTMLElement;
	@query('.right') private right!: HTMLElement;
	#shown: [number, number] = [floorDb, floorDb];
	#at = 0;
	#onLevels = (event: Event) => this.show((event as CustomEvent<Levels>).detail[this.strip] ?? [-100, -100]);

	override connectedCallback(): void {
		super.connectedCallback();
		this.source?.addEventListener('levels', this.#onLevels);
	}

	override disconnectedCallback(): void {
		super.disconnectedCallback();
		this.source?.removeEventListener('levels', this.#onLevels);
	}

	override willUpdate(changed: Map<string, unknown>): void {
		if (!changed.has('source')) return;
		(changed.get('source') as EventTarget | null | undefined)?.removeEventListener('levels', this.#onLevels);
		this.source?.addEventListener('levels', this.#onLevels);
	}

	show(peaksDb: readonly [number, number]): void {
		if (!this.hasUpdated) return;
		const now = performance.now();
		const fall = (fallDbPerS * Math.min(1000, now - this.#at)) / 1000;
		this.#at = now;
		for (const [channel, bar] of [this.left, this.right].entries()) {
			const level = Math.min(0, Math.max(peaksDb[channel] ?? floorDb, this.#shown[channel]! - fall, floorDb));
			this.#shown[channel] = level;
			bar.style.transform = `scaleX(${level / floorDb})`;
		}
	}

	override render() {
		return html`<div><span class="left"></span></div><div><span class="right"></span></div>`;
	}
}
