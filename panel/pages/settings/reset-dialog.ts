import { html } from 'lit';
import { customElement } from 'lit/decorators.js';
import { request } from '../../data/http.js';
import { FormDialog } from '../../elements/form-dialog.js';
import { t } from '../../texts/texts.js';

/** The studio expects these words in every language. */
const words = 'factory reset';

/** Has the user type the words before everything is deleted. */
@customElement('r58-reset-dialog')
export class ResetDialog extends FormDialog {
	protected readonly name = 'reset';

	show(): Promise<void> {
		return this.open();
	}

	protected heading(): string {
		return t.settings.reset.title;
	}

	protected action(): string {
		return this.busy ? t.settings.reset.busy : t.settings.reset.action;
	}

	protected fields() {
		return html`
			<p>${t.settings.reset.warning}</p>
			<label class="check"><input type="checkbox" name="keys" data-testid="reset-keys" />${t.settings.reset.keys}</label>
			<label class="check"><input type="checkbox" name="recordings" data-testid="reset-recordings" />${t.settings.reset.recordings}</label>
			<label>${t.settings.reset.type(words)}
				<input name="confirm" data-testid="reset-confirm" required pattern=${words} title=${words} autocomplete="off" autocapitalize="none" spellcheck="false" />
			</label>
		`;
	}

	protected async save(form: FormData): Promise<void> {
		const body = { confirm: String(form.get('confirm')), keys: form.has('keys'), recordings: form.has('recordings') };
		await request('POST', '/api/system/factory-reset', { body });
		this.dispatchEvent(new Event('saved'));
	}
}
