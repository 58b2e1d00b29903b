import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import type { Layer, Scene } from '../../../service/contract/scenes.js';
import type { Source } from '../../../service/contract/sources.js';
import type { Multiview } from '../../data/multiview.js';
import { sceneLabel } from '../../data/scenes.js';
import { base } from '../../elements/styles.js';
import { tallyStyles } from '../../elements/tally-styles.js';
import { t } from '../../texts/texts.js';
import { monitorStyles } from './monitor-styles.js';
import type { Selection } from './selection.js';
import '../../elements/picture.js';

/** Preview. A layout shows its boxes over the picture: tap one, then a source. */
@customElement('r58-preview-monitor')
export class PreviewMonitor extends LitElement {
	static override styles = [
		base,
		tallyStyles,
		monitorStyles,
		css`
			.slot {
				position: absolute;
				display: flex;
				flex-direction: column;
				justify-content: flex-end;
				align-items: flex-start;
				/* Keeps the small box of a picture in picture large enough for a finger. */
				min-width: var(--target);
				min-height: var(--target);
				padding: 0;
				overflow: hidden;
				border: 1px dashed rgb(255 255 255 / 0.55);
				border-radius: 2px;
				background: none;
				font-size: 0.8rem;
			}
			.slot:hover:not(:disabled), .slot[data-ready] { background: rgb(255 255 255 / 0.14); }
			.slot[aria-pressed='true'], .slot[aria-pressed='true']:hover {
				background: rgb(11 87 208 / 0.45);
				border: 3px solid #fff;
			}
			.slot:focus-visible { outline-offset: -4px; }
			.slot span {
				max-width: 100%;
				padding: 1px 6px;
				background: rgb(0 0 0 / 0.75);
				color: #fff;
				overflow: hidden;
				text-overflow: ellipsis;
				white-space: nowrap;
			}
			.slot.vacant { justify-content: center; align-items: center; background: rgb(60 66 76 / 0.6); }
			.slot.vacant[aria-pressed='true'] { background: rgb(11 87 208 / 0.75); }
		`,
	];
	@property({ attribute: false }) multiview!: Multiview;
	@property({ attribute: false }) selection!: Selection;
	@property({ attribute: false }) sources: Record<string, Source> = {};
	/** The scene in preview, if any. */
	@property({ attribute: false }) scene: Scene | null = null;
	/** The same scene, if its slots can be filled. */
	@property({ attribute: false }) layout: Scene | null = null;
	@property({ attribute: false }) slotIndex: number | null = null;
	@property({ attribute: false }) picked: string | null = null;
	@property({ type: Boolean }) live = false;
	/** Why there is no live picture. */
	@property() message = '';
	@property({ type: Boolean }) tally = false;

	override render() {
		return html`<section aria-label=${t.switcher.preview} class="monitor">
			<div class="screen bus ${this.tally ? 'preview' : ''}" data-drop="preview">
				<r58-picture .multiview=${this.multiview} tile="preview" ?live=${this.live}></r58-picture>
				${this.live ? nothing : html`<p class="message" role="status"><span>${this.message}</span></p>`}
				${this.layout ? this.#slots(this.layout.layers) : nothing}
			</div>
			<p class="caption">
				<span class="lamp ${this.tally ? 'preview' : ''}">${t.switcher.pvw}</span>
				<span class="what" data-testid="preview-label">${this.scene ? sceneLabel(this.scene) : t.switcher.nothingInPreview}</span>
			</p>
		</section>`;
	}

	#slots(layers: Layer[]) {
		const byHeight = layers.map((layer, index) => ({ layer, index })).sort((a, b) => a.layer.z - b.layer.z);
		return repeat(
			byHeight,
			({ index }) => index,
			({ layer, index }) => {
				const name = layer.source === null ? null : (this.sources[layer.source]?.label ?? t.switcher.gone(layer.source));
				return html`<button
					class="slot ${name === null ? 'vacant' : ''}"
					data-testid="slot-${index}" data-slot=${index} ?data-ready=${this.picked !== null}
					.style=${`left:${layer.x * 100}%;top:${layer.y * 100}%;width:${layer.w * 100}%;height:${layer.h * 100}%`}
					aria-pressed=${this.slotIndex === index}
					aria-label=${t.switcher.box(index + 1, name ?? t.switcher.boxEmpty)}
					@click=${() => this.selection.tapSlot(index)}
				><span>${name ?? t.switcher.boxEmptyShown}</span></button>`;
			},
		);
	}
}
