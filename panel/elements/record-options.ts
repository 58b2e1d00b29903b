import { html } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import type { RecordingCreate } from '../../service/contract/recordings.js';
import { t } from '../texts/texts.js';
import { FormDialog } from './form-dialog.js';

const key = 'r58.prerollS';
const prerolls = [0, 2, 5, 10];

/** Options of the next recordings; remembered in this browser. */
export function prerollS(): number {
	const stored = Number(localStorage.getItem(key));
	return prerolls.includes(stored) ? stored : 0;
}

/** Name of the next recording, and the pre-roll. Event `chosen`. */
@customElement('r58-record-options')
export class RecordOptions extends FormDialog {
	@state() private chosen: RecordingCreate = {};
	protected readonly name = 'record';

	show(chosen: RecordingCreate): Promise<void> {
		this.chosen = chosen;
		return this.open();
	}

	protected heading(): string {
		return t.elements.record.title;
	}

	protected action(): string {
		return t.elements.record.use;
	}

	protected fields() {
		return html`
			<label>${t.elements.record.name}
				<input name="name" data-testid="record-name" value=${this.chosen.name ?? ''} placeholder=${t.elements.record.dateAndTime} maxlength="80" autocomplete="off" />
			</label>
			<label>${t.elements.record.preroll}
				<select name="prerollS" data-testid="record-preroll">
					${prerolls.map(
						(seconds) => html`<option value=${seconds} ?selected=${seconds === (this.chosen.prerollS ?? 0)}>
							${seconds === 0 ? t.elements.record.atPress : t.elements.record.before(seconds)}
						</option>`,
					)}
				</select>
				<span class="hint">${t.elements.record.hint}</span>
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
