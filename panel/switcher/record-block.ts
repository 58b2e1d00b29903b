import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { Recording } from '../../service/api/schema.js';
import { duration } from '../common/format.js';
import { base } from '../common/styles.js';
import type { Commands } from './commands.js';

const confirmMs = 3000;

/** Starts a recording with one press; stops it with two, so that a slip costs nothing. */
@customElement('r58-record-block')
export class RecordBlock extends LitElement {
	static override styles = [
		base,
		css`
			:host { display: flex; align-items: center; gap: 8px; }
			.dot { width: 12px; height: 12px; border-radius: 50%; background: var(--program); }
			button[data-active] .dot { background: var(--program-text); border-radius: 2px; }
			button { white-space: nowrap; font-variant-numeric: tabular-nums; }
		`,
	];
	@property({ attribute: false }) commands!: Commands;
	/** The running recording, or null. */
	@property({ attribute: false }) recording: Recording | null = null;
	@state() private asking = false;
	@state() private busy = false;
	#timer = 0;

	override render() {
		const { recording } = this;
		if (!recording) {
			return html`<button data-testid="record-button" ?disabled=${this.busy} @click=${this.#start}>
				<span class="dot" aria-hidden="true"></span>${this.busy ? 'Starting…' : 'Record'}
			</button>`;
		}
		const word = recording.state === 'recording' ? 'REC' : recording.state === 'starting' ? 'Starting' : 'Stopping';
		return html`<button
			class="danger" data-active data-testid="record-button" aria-pressed="true"
			?disabled=${this.busy || recording.state === 'stopping'} @click=${this.#stop}
			aria-label=${this.asking ? 'Press again to stop recording' : `Recording. Stop`}
		>
			<span class="dot" aria-hidden="true"></span>
			${this.asking ? 'Press again to stop' : html`${word} <span data-testid="record-duration">${duration(recording.durationMs)}</span>`}
		</button>
		${this.asking ? html`<span class="visually-hidden" role="status">Press again within 3 seconds to stop recording</span>` : nothing}`;
	}

	async #start(): Promise<void> {
		this.busy = true;
		await this.commands.record();
		this.busy = false;
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
