import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import type { Recording, RecordingCreate } from '../../service/contract/recordings.js';
import type { Commands } from '../data/commands.js';
import { t } from '../texts/texts.js';
import { duration } from './format.js';
import { prerollS, type RecordOptions } from './record-options.js';
import { base } from './styles.js';
import './record-options.js';

const confirmMs = 3000;

/** One press starts a recording; stopping takes two, so that a slip costs nothing. */
@customElement('r58-record-block')
export class RecordBlock extends LitElement {
	static override styles = [
		base,
		css`
			:host { display: flex; align-items: center; }
			.dot { width: 12px; height: 12px; border-radius: 50%; background: var(--program); }
			button[data-active] .dot { background: var(--program-text); border-radius: 2px; }
			small { font-weight: 400; }
			.record { border-radius: var(--radius) 0 0 var(--radius); }
			.options { margin-left: -1px; padding: 0; border-radius: 0 var(--radius) var(--radius) 0; }
			button { white-space: nowrap; font-variant-numeric: tabular-nums; }
		`,
	];
	@property({ attribute: false }) commands!: Commands;
	/** The running recording, or null. */
	@property({ attribute: false }) recording: Recording | null = null;
	@state() private asking = false;
	@state() private busy = false;
	@state() private options: RecordingCreate = { prerollS: prerollS() };
	@query('r58-record-options') private dialog!: RecordOptions;
	#timer = 0;

	override render() {
		const { recording } = this;
		if (!recording) {
			const early = this.options.prerollS ?? 0;
			return html`<button class="record" data-testid="record-button" ?disabled=${this.busy} @click=${this.#start}>
					<span class="dot" aria-hidden="true"></span>${this.busy ? t.elements.record.starting : t.elements.record.start}
					${early > 0 ? html`<small aria-label=${t.elements.record.early(early)} data-testid="record-early">−${early} s</small>` : nothing}
				</button><button
					class="options" aria-label=${t.elements.record.options} title=${t.elements.record.optionsTitle} data-testid="record-options"
					@click=${() => void this.dialog.show(this.options)}
				>⋯</button>
				<r58-record-options @chosen=${this.#choose}></r58-record-options>`;
		}
		const { state } = recording;
		const word = state === 'recording' ? t.elements.record.recording : t.words.recordingStates[state];
		return html`<button
			class="danger" data-active data-testid="record-button" aria-pressed="true"
			?disabled=${this.busy || recording.state === 'stopping'} @click=${this.#stop}
		>
			<span class="dot" aria-hidden="true"></span>
			${this.asking ? t.elements.record.again : html`${word} <span data-testid="record-duration">${duration(recording.durationMs)}</span><span class="visually-hidden">${t.elements.record.stop}</span>`}
		</button>
		${this.asking ? html`<span class="visually-hidden" role="status">${t.elements.record.againWithin}</span>` : nothing}`;
	}

	async #start(): Promise<void> {
		this.busy = true;
		const started = await this.commands.record(this.options);
		this.busy = false;
		// A name is for one recording only.
		if (started !== null) this.options = { prerollS: this.options.prerollS };
	}

	#choose({ detail }: CustomEvent<RecordingCreate>): void {
		this.options = detail;
	}

	async #stop(): Promise<void> {
		window.clearTimeout(this.#timer);
		this.asking = !this.asking;
		if (this.asking) {
			this.#timer = window.setTimeout(() => {
				this.asking = false;
			}, confirmMs);
			return;
		}
		this.busy = true;
		await this.commands.stopRecording(this.recording!.id);
		this.busy = false;
	}
}
