import { html } from 'lit';
import { customElement } from 'lit/decorators.js';
import type { LogNote } from '../../service/contract/showLog.js';
import { request } from '../data/http.js';
import { t } from '../texts/texts.js';
import { FormDialog } from './form-dialog.js';

/** Adds a note to the show log, timed from when the dialog opened. */
@customElement('r58-note-dialog')
export class NoteDialog extends FormDialog {
	protected override readonly name = 'note';
	#openedAt = 0;

	async show(): Promise<void> {
		this.#openedAt = performance.now();
		await this.open();
	}

	protected override heading(): string {
		return t.elements.note.title;
	}

	protected override action(): string {
		return t.words.add;
	}

	protected override fields() {
		return html`<label>
			${t.elements.note.field}
			<input name="text" maxlength="300" required autofocus autocomplete="off" data-testid="note-text" />
			<span class="hint">${t.elements.note.hint}</span>
		</label>`;
	}

	protected override async save(values: FormData): Promise<void> {
		const agoMs = Math.min(600_000, Math.round(performance.now() - this.#openedAt));
		await request('POST', '/api/log', { body: { text: String(values.get('text')), agoMs } satisfies LogNote });
		this.dispatchEvent(new Event('noted'));
	}
}
