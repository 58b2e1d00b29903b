import { css, html, LitElement } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { Strip, StripPatch } from '../../../service/contract/audio.js';
import type { Commands } from '../../data/commands.js';
import { decibels } from '../../elements/format.js';
import { base } from '../../elements/styles.js';
import { t } from '../../texts/texts.js';
import '../../elements/meter.js';

/** A moving fader sends at most this often, and always its last value. */
const sendEveryMs = 100;
const modes = ['off', 'on', 'afv'] as const;

/** One row: name, level, gain, mute, and when it is heard. */
@customElement('r58-audio-strip')
export class AudioStrip extends LitElement {
	static override styles = [
		base,
		css`
			:host {
				display: grid;
				grid-template-columns: minmax(90px, 1.1fr) minmax(60px, 1.6fr) minmax(90px, 1.6fr) 74px auto auto;
				align-items: center;
				gap: 4px 10px;
				padding: 1px 0;
				border-top: 1px solid var(--line);
			}
			.name { display: flex; gap: 6px; align-items: center; min-width: 0; font-weight: 600; }
			.name > :first-child { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
			.air {
				flex: none;
				padding: 0 5px;
				border-radius: 4px;
				font-size: 0.7rem;
				font-weight: 700;
				background: var(--program);
				color: var(--program-text);
			}
			.gain { text-align: right; font-size: 0.85rem; white-space: nowrap; }
			.mute[aria-pressed='true'] { background: var(--bad-surface); border-color: var(--bad); color: var(--text); }
			.modes { display: flex; }
			.modes button { border-radius: 0; padding: 0 10px; margin-left: -1px; font-size: 0.85rem; }
			.modes button:first-child { border-radius: var(--radius) 0 0 var(--radius); }
			.modes button:last-child { border-radius: 0 var(--radius) var(--radius) 0; }
			.mute { font-size: 0.85rem; min-width: 68px; padding: 0 8px; }
			.modes span { width: 134px; }
			@media (max-width: 700px) {
				:host { grid-template-columns: minmax(0, 1fr) auto; padding: 8px 0; }
				r58-meter, input { grid-column: 1 / -1; }
				.gain { grid-row: 1; grid-column: 2; }
				.mute { grid-row: 4; }
				.modes { grid-row: 4; grid-column: 1; }
				.mute { grid-column: 2; }
			}
		`,
	];
	@property({ attribute: false }) commands!: Commands;
	@property({ attribute: false }) levels: EventTarget | null = null;
	@property() strip = '';
	@property() label = '';
	@property({ attribute: false }) settings!: Strip;
	/** The source is on program. */
	@property({ type: Boolean }) onAir = false;
	/** The value under the finger: changes by others do not move a held fader. */
	@state() private heldDb: number | null = null;
	#sentAt = 0;
	#timer = 0;

	override render() {
		const { settings, strip } = this;
		const words = t.switcher.sound;
		const gainDb = this.heldDb ?? settings.gainDb;
		const heard = this.onAir && !settings.mute && settings.mode !== 'off';
		return html`
			<span class="name" title=${this.label}><span>${this.label}</span>${heard ? html`<span class="air">${t.switcher.airLamp}</span>` : ''}</span>
			<r58-meter .source=${this.levels} strip=${strip}></r58-meter>
			<input
				type="range" min="-60" max="12" step="0.5" data-testid="gain-${strip}" .value=${String(gainDb)}
				aria-label=${words.gain(this.label)} aria-valuetext=${decibels(gainDb)} title=${words.gainTitle}
				@input=${this.#move} @change=${this.#release} @dblclick=${() => this.#set({ gainDb: 0 })}
			/>
			<span class="gain">${decibels(gainDb)}</span>
			<button
				class="mute" data-testid="audio-mute-${strip}" aria-pressed=${settings.mute} aria-label=${words.muteOf(this.label, settings.mute)}
				@click=${() => this.#set({ mute: !settings.mute })}
			>${settings.mute ? words.muted : words.mute}</button>
			<span class="modes" role="group" aria-label=${words.when(this.label)}>
				${
					strip === 'master'
						? html`<span></span>`
						: modes.map((mode) => {
								const [word, meaning] = words.modes[mode] as [string, string];
								return html`<button
									data-testid="mode-${strip}-${mode}" aria-pressed=${settings.mode === mode}
									title=${words.mode(word, meaning)} @click=${() => this.#set({ mode })}
								>${word}</button>`;
							})
				}
			</span>
		`;
	}

	#set(patch: StripPatch): void {
		void this.commands.strip(this.strip, patch);
	}

	#move(event: Event): void {
		this.heldDb = Number((event.target as HTMLInputElement).value);
		window.clearTimeout(this.#timer);
		const wait = Math.max(0, this.#sentAt + sendEveryMs - performance.now());
		this.#timer = window.setTimeout(() => this.#send(), wait);
	}

	#send(): void {
		if (this.heldDb === null) return;
		this.#sentAt = performance.now();
		this.#set({ gainDb: this.heldDb });
	}

	async #release(): Promise<void> {
		window.clearTimeout(this.#timer);
		const gainDb = this.heldDb;
		if (gainDb === null) return;
		await this.commands.strip(this.strip, { gainDb });
		if (this.heldDb === gainDb) this.heldDb = null;
	}
}
