import { html } from 'lit';
import { customElement } from 'lit/decorators.js';
import { request } from '../../data/http.js';
import { FormDialog } from '../../elements/form-dialog.js';

const words = 'factory reset';

/** Asks for the words before everything goes. */
@customElement('r58-reset-dialog')
export class ResetDialog extends FormDialog {
	protected readonly name = 'reset';

	show(): Promise<void> {
		return this.open();
	}

	protected heading(): string {
		return 'Factory reset';
	}

	protected action(): string {
		return this.busy ? 'Deciding…' : 'Reset at the next start';
	}

	protected fields() {
		return html`
			<p>Settings, scenes, guests, inputs, targets, accounts, links and logs are deleted at the next start. This cannot be undone: download a backup first.</p>
			<label class="check"><input type="checkbox" name="keys" data-testid="reset-keys" />Also certificates and keys: every browser has to trust the studio anew</label>
			<label class="check"><input type="checkbox" name="recordings" data-testid="reset-recordings" />Also all recordings</label>
			<label>Type “${words}” to go on
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
