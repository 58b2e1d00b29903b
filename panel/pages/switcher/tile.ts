import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { Source } from '../../../service/contract/sources.js';
import { dark, type Lamps } from '../../../service/contract/tally.js';
import type { Multiview } from '../../data/multiview.js';
import { base } from '../../elements/styles.js';
import { tallyStyles } from '../../elements/tally-styles.js';
import { t } from '../../texts/texts.js';
import { startDrag } from './drag.js';
import type { Selection } from './selection.js';
import { stateText } from './state-text.js';
import '../../elements/meter.js';
import '../../elements/picture.js';

/** One source: live picture, name, lamps, level. Tap: preview. Double tap: program. Drag: into a box. */
@customElement('r58-tile')
export class Tile extends LitElement {
	static override styles = [
		base,
		tallyStyles,
		css`
			:host { display: block; position: relative; min-width: 0; }
			.tile {
				display: grid;
				grid-template-columns: minmax(0, 1fr);
				gap: 0;
				width: 100%;
				padding: 0;
				overflow: hidden;
				text-align: left;
				background: var(--surface);
				touch-action: pan-y;
				-webkit-touch-callout: none;
			}
			.picture { position: relative; display: block; }
			.over {
				position: absolute;
				inset: auto 0 0 0;
				padding: 4px 8px;
				background: rgb(0 0 0 / 0.75);
				color: #fff;
				font-size: 0.8rem;
				font-weight: 600;
			}
			.over span {
				display: -webkit-box;
				overflow: hidden;
				-webkit-line-clamp: 2;
				-webkit-box-orient: vertical;
				overflow-wrap: anywhere;
			}
			.name { display: flex; align-items: center; gap: 8px; min-height: 34px; padding: 2px 8px; }
			.label { flex: 1; min-width: 0; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
			.number {
				flex: none;
				min-width: 22px;
				padding: 0 4px;
				border-radius: 4px;
				background: var(--raised);
				text-align: center;
				font-size: 0.85rem;
			}
			.colour { flex: none; width: 12px; height: 12px; border-radius: 50%; border: 1px solid var(--line); }
			r58-meter { margin: 0 8px 8px; }
			/* 44 px to tap, 32 px to see. */
			.corner { position: absolute; top: 0; right: 0; z-index: 1; padding: 6px; border: 0; background: none; }
			.corner:hover:not(:disabled), .corner[aria-pressed='true'] { background: none; }
			.place { top: var(--target); }
			.corner span {
				display: grid;
				place-items: center;
				width: 32px;
				height: 32px;
				border: 1px solid #fff;
				border-radius: 50%;
				background: rgb(0 0 0 / 0.75);
				color: #fff;
				font-size: 1.2rem;
				line-height: 1;
			}
			.corner[aria-pressed='true'] span { background: #fff; color: #000; }
		`,
	];
	@property({ attribute: false }) source!: Source;
	@property({ attribute: false }) multiview!: Multiview;
	@property({ attribute: false }) levels: EventTarget | null = null;
	@property({ attribute: false }) selection!: Selection;
	@property({ attribute: false }) tally: Lamps = dark;
	/** Position in the row, from 1; the number key that previews it. */
	@property({ type: Number }) number = 0;
	/** Pictures are arriving. */
	@property({ type: Boolean }) live = false;
	@property({ type: Boolean }) online = false;
	/** Preview shows this source alone. */
	@property({ type: Boolean }) chosen = false;
	/** Preview shows a layout with boxes to fill. */
	@property({ type: Boolean }) placeable = false;
	@property({ type: Boolean }) picked = false;

	override render() {
		const { source, tally } = this;
		const words = t.switcher.tile;
		const text = stateText(source) ?? (this.online && !this.live ? words.noPicture : null);
		return html`
			<button
				class="tile bus ${tally.program ? 'program' : tally.preview ? 'preview' : ''}"
				data-testid="tile-${source.id}" data-state=${source.state}
				aria-pressed=${this.chosen}
				title=${words.title}
				@pointerdown=${this.#press} @click=${this.#click}
			>
				<span class="picture">
					<r58-picture .multiview=${this.multiview} tile=${source.id} ?live=${this.live && source.state !== 'off'}></r58-picture>
					<span class="lamps">
						${tally.program ? html`<span class="lamp program">${t.switcher.pgm}</span>` : nothing}
						${tally.preview ? html`<span class="lamp preview">${t.switcher.pvw}</span>` : nothing}
					</span>
					${text ? html`<span class="over"><span>${text}</span></span>` : nothing}
				</span>
				<span class="name">
					${this.number <= 9 ? html`<span class="number" aria-hidden="true">${this.number}</span>` : nothing}
					<span class="label">${source.label}</span>
					<span class="colour" .style=${`background:${source.colour}`}></span>
				</span>
				<r58-meter compact .source=${this.levels} strip=${source.id}></r58-meter>
			</button>
			<button
				class="corner" data-testid="settings-${source.id}" aria-label=${words.settings(source.label)} title=${words.settingsTitle}
				@click=${() => this.dispatchEvent(new Event('settings'))}
			><span aria-hidden="true">⋯</span></button>
			${
				this.placeable
					? html`<button
						class="corner place" data-testid="place-${source.id}" aria-pressed=${this.picked}
						aria-label=${words.pick(source.label)}
						title=${words.pickTitle} @click=${() => this.selection.pick(source.id)}
					><span aria-hidden="true">+</span></button>`
					: nothing
			}
		`;
	}

	#press(event: PointerEvent): void {
		const { source, selection } = this;
		startDrag(event, {
			label: source.label,
			onDrop: (target) => selection.drop(target, source.id),
			onTap: () => selection.tapTile(source),
		});
	}

	/** Keyboard only: pointer presses are handled above. */
	#click({ detail }: MouseEvent): void {
		if (detail === 0) this.selection.tapTile(this.source);
	}
}
