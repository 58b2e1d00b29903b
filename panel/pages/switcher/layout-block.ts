import { css, html, LitElement, nothing, svg } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { Buses } from '../../../service/contract/buses.js';
import { layouts } from '../../../service/contract/layouts.js';
import type { Scene, SceneContent } from '../../../service/contract/scenes.js';
import type { Source } from '../../../service/contract/sources.js';
import { sceneOnAir } from '../../../service/contract/tally.js';
import type { Commands } from '../../data/commands.js';
import { ownScenes, sceneLabel } from '../../data/scenes.js';
import { press } from '../../elements/press.js';
import { base } from '../../elements/styles.js';
import { tallyStyles } from '../../elements/tally-styles.js';
import { t } from '../../texts/texts.js';

/** Built-in layouts and custom scenes: one tap puts one on preview. */
@customElement('r58-layout-block')
export class LayoutBlock extends LitElement {
	static override styles = [
		base,
		tallyStyles,
		css`
			:host { display: block; }
			.grid { display: grid; grid-template-columns: repeat(auto-fit, minmax(128px, 1fr)); gap: 10px; margin-top: 8px; }
			button { flex-direction: column; gap: 4px; width: 100%; padding: 8px; font-size: 0.85rem; }
			svg { width: 88px; height: 50px; }
			.back { fill: #000; }
			.box { stroke: #fff; stroke-width: 0.8; }
			.vacant { fill: #3c424c; stroke-dasharray: 3 2; }
			.lamp { padding: 0 5px; font-size: 0.7rem; }
		`,
	];
	@property({ attribute: false }) commands!: Commands;
	@property({ attribute: false }) scenes: Record<string, Scene> = {};
	@property({ attribute: false }) sources: Record<string, Source> = {};
	@property({ attribute: false }) buses: Buses | null = null;

	override render() {
		const own = ownScenes(this.scenes);
		return html`
			<h2>${t.switcher.scenes.title}</h2>
			<div class="grid">${layouts.map(({ id, label }) => this.#button(this.scenes[id] ?? { id, label, layers: [] }, `layout-${id}`))}</div>
			${own.length > 0 ? html`<div class="grid">${own.map((scene) => this.#button(scene, `scene-${scene.id}`))}</div>` : nothing}
		`;
	}

	#button(scene: SceneContent, testid: string) {
		const program = sceneOnAir(scene.id, this.buses);
		const preview = this.buses?.preview === scene.id;
		const known = scene.id in this.scenes;
		const label = sceneLabel(scene);
		const act = press(() => void this.commands.preview(scene.id));
		return html`<button
			class="bus ${program ? 'program' : preview ? 'preview' : ''}" data-testid=${testid} aria-pressed=${preview}
			?disabled=${!known} title=${known ? t.switcher.scenes.toPreview(label) : t.switcher.scenes.missing}
			@pointerdown=${act} @click=${act}
		>
			${this.#picture(scene)}
			<span>${label}</span>
			<span class="lamps">
				${program ? html`<span class="lamp program">${t.switcher.pgm}</span>` : nothing}
				${preview ? html`<span class="lamp preview">${t.switcher.pvw}</span>` : nothing}
			</span>
		</button>`;
	}

	#picture({ layers }: SceneContent) {
		const boxes = [...layers].sort((a, b) => a.z - b.z);
		return html`<svg viewBox="0 0 160 90" aria-hidden="true">
			<rect class="back" width="160" height="90"></rect>
			${boxes.map(({ source, x, y, w, h }) => {
				const colour = source === null ? null : (this.sources[source]?.colour ?? '#666666');
				return svg`<rect class="box ${colour === null ? 'vacant' : ''}" fill=${colour ?? nothing}
					x=${x * 160 + 1} y=${y * 90 + 1} width=${Math.max(0, w * 160 - 2)} height=${Math.max(0, h * 90 - 2)}></rect>`;
			})}
		</svg>`;
	}
}
