import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { base } from '../../elements/styles.js';
import type { Guest as Texts } from '../../texts/en/guest.js';
import { type Processing, processings, type Size, sizes } from './preferences.js';

/** One changed setting. */
export type Adjustment =
	| { mirror: boolean }
	| { size: Size }
	| { bitrate: number | null }
	| { processing: Processing; on: boolean };

const bitratesMbit = [0.5, 1, 1.5, 2.5, 4, 6];

/** Mirror, size and bitrate of the picture, and sound processing. Dispatches `adjust`. */
@customElement('r58-adjustments')
export class Adjustments extends LitElement {
	static override styles = [
		base,
		css`
			:host, fieldset, .field { display: grid; grid-template-columns: minmax(0, 1fr); gap: 4px; }
			:host { gap: 12px; }
			fieldset { gap: 0; margin: 0; padding: 0; border: 0; }
			.switch { display: flex; align-items: center; gap: 12px; min-height: var(--target); font-weight: 500; cursor: pointer; }
			.switch input { flex: none; width: 22px; }
		`,
	];
	@property({ attribute: false }) texts!: Texts;
	@property({ type: Boolean }) mirror = true;
	@property({ attribute: false }) size: Size = 720;
	/** kbit/s; null = automatic. */
	@property({ attribute: false }) bitrate: number | null = null;
	@property({ attribute: false }) on: Record<Processing, boolean> = {
		echoCancellation: true,
		noiseSuppression: true,
		autoGainControl: true,
	};

	override render() {
		const { settings } = this.texts;
		const supported = navigator.mediaDevices?.getSupportedConstraints() ?? {};
		const offered = processings.filter((processing) => supported[processing]);
		return html`
			<div class="field">
				<label for="size">${settings.size}</label>
				<select id="size" data-testid="size-select" @change=${(event: Event) => this.#adjust({ size: Number(chosenIn(event)) as Size })}>
					${sizes.map((size) => html`<option value=${size} ?selected=${size === this.size}>${settings.sizes[size]}</option>`)}
				</select>
			</div>
			<div class="field">
				<label for="bitrate">${settings.bitrate}</label>
				<select
					id="bitrate" data-testid="bitrate-select"
					@change=${(event: Event) => this.#adjust({ bitrate: Number(chosenIn(event)) * 1000 || null })}
				>
					<option value="0" ?selected=${this.bitrate === null}>${settings.automatic}</option>
					${bitratesMbit.map(
						(mbit) => html`<option value=${mbit} ?selected=${this.bitrate === mbit * 1000}>${settings.mbit(mbit)}</option>`,
					)}
				</select>
			</div>
			<fieldset>
				${this.#switch('mirror', settings.mirror, this.mirror, (mirror) => this.#adjust({ mirror }))}
				${offered.map((processing) =>
					this.#switch(processing, settings[processing], this.on[processing], (on) => this.#adjust({ processing, on })),
				)}
				${offered.length > 0 ? html`<p class="dim small">${settings.music}</p>` : nothing}
			</fieldset>
		`;
	}

	#switch(name: string, words: string, checked: boolean, change: (on: boolean) => void) {
		return html`<label class="switch">
			<input
				type="checkbox" role="switch" data-testid="${name}-switch" .checked=${checked}
				@change=${(event: Event) => change((event.target as HTMLInputElement).checked)}
			/>
			<span>${words}</span>
		</label>`;
	}

	#adjust(detail: Adjustment): void {
		this.dispatchEvent(new CustomEvent<Adjustment>('adjust', { detail }));
	}
}

function chosenIn(event: Event): string {
	return (event.target as HTMLSelectElement).value;
}
