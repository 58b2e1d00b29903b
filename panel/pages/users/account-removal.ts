import { html } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import type { User } from '../../../service/contract/accounts.js';
import { passwordTimeoutMs, request } from '../../data/http.js';
import { FormDialog } from '../../elements/form-dialog.js';
import { t } from '../../texts/texts.js';
import { presentPassword } from './present-password.js';

/** Removes an account. Event `saved`. */
@customElement('r58-account-removal')
export class AccountRemoval extends FormDialog {
	@state() private user: User | null = null;
	protected readonly name = 'user-removal';

	show(user: User): Promise<void> {
		this.user = user;
		return this.open();
	}

	protected heading(): string {
		return t.users.accounts.removeAsk(this.user?.name ?? '');
	}

	protected action(): string {
		return this.busy ? t.words.removing : t.words.remove;
	}

	protected fields() {
		return html`<p>${t.users.accounts.removeText(this.user?.name ?? '')}</p>
			${presentPassword()}`;
	}

	protected async save(values: FormData): Promise<void> {
		const body = { presentPassword: String(values.get('presentPassword')) };
		await request('DELETE', `/api/users/${this.user!.id}`, { body, timeoutMs: passwordTimeoutMs });
		this.dispatchEvent(new Event('saved'));
	}
}
