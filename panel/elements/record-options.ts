import { html } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import type { RecordingCreate } from '../../service/contract/recordings.js';
import { FormDialog } from './form-dialog.js';

const key = 'r58.prerollS';
const prerolls = [0, 2, 5, 10];

/** What the next recordings start with; remembered in this browser. */
export function prerollS(): number {
	const stored = Number(localStorage.getItem(key));
	return prerolls.includes(stored) ? stored : 0;
}

/** Name of the next recording, and how much earlier than the press of the button recordings start. Event `chosen`. */
@customElement('r58-record-options')
export class RecordOptions extends FormDialog {
	@state() private chosen: RecordingCreate = {};
	protected readonly name = 'record';

	show(chosen: RecordingCreate): Promise<void> {
		this.chosen = chosen;
		return this.open();
	}

	protected heading(): string {
		return 'Recording';
	}

	protected action(): string {
		return 'Use these';
	}

	protected fields() {
		return html`
			<label>Name of the next recording
				<input name="name" data-testid="record-name" value=${this.chosen.name ?? ''} placeholder="Date and time" maxlength="80" autocomplete="off" />
			</label>
			<label>Start earlier
				<select name="prerollS" data-testid="record-preroll">
					${prerolls.map(
						(seconds) => html`<option value=${seconds} ?selected=${seconds === (this.chosen.prerollS ?? 0)}>
							${seconds === 0 ? 'When I press Record' : `${seconds} seconds before I press Record`}
						</option>`,
					)}
				</select>
				<span class="hint">The studio remembers the last 10 seconds of the program.</span>
			</label>
		`;
	}

	protected async save(values: FormData): Promise<void> {
		const name = String(values.get('name')).trim();
		const seconds = Number(values.get('prerollS'));
		localStorage.setItem(key, String(seconds));
		const detail: RecordingCreate = { prerollS: seconds, ...(name ? { name } : {}) };
		this.dispatchEvent(new CustomEvent('chosen', { detail }));
	}
}
