import { html, nothing } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import { request } from '../../data/http.js';
import { FormDialog } from '../../elements/form-dialog.js';
import { t } from '../../texts/texts.js';
import type { ProgramValues } from './values.js';

const usual = ['1280x720p25', '1280x720p30', '1280x720p50', '1920x1080p25', '1920x1080p30', '1920x1080p50', '1920x1080p60'];

/** Picture size and frame rate of the program. */
@customElement('r58-program-dialog')
export class ProgramDialog extends FormDialog {
	@state() private values: ProgramValues | null = null;
	protected readonly name = 'program';

	show(values: ProgramValues): Promise<void> {
		this.values = values;
		return this.open();
	}

	protected heading(): string {
		return t.settings.program.title;
	}

	protected action(): string {
		return this.busy ? t.words.saving : t.words.save;
	}

	protected fields() {
		if (!this.values) return nothing;
		return html`
			<label>${t.settings.program.canvas}
				<input
					name="canvas" data-testid="program-canvas" list="canvases" value=${this.values.canvas ?? ''} placeholder=${t.settings.program.placeholder}
					spellcheck="false" autocapitalize="none" autocomplete="off"
				/>
				<span class="hint">${t.settings.program.hint}</span>
			</label>
			<datalist id="canvases">${usual.map((canvas) => html`<option value=${canvas}></option>`)}</datalist>
		`;
	}

	protected async save(form: FormData): Promise<void> {
		const canvas = String(form.get('canvas')).trim() || null;
		await request('PATCH', '/api/settings', { body: { program: { canvas } } });
		this.dispatchEvent(new Event('saved'));
	}
}
