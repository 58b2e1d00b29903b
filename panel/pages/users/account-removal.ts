import { html } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import type { User } from '../../../service/contract/accounts.js';
import { passwordTimeoutMs, request } from '../../data/http.js';
import { FormDialog } from '../../elements/form-dialog.js';
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
		return `Remove ${this.user?.name}?`;
	}

	protected action(): string {
		return this.busy ? 'Removing…' : 'Remove';
	}

	protected fields() {
		return html`<p>${this.user?.name} is logged out everywhere and cannot log in any more. Tokens and links made while logged in
			there end too.</p>
			${presentPassword()}`;
	}

	protected async save(values: FormData): Promise<void> {
		const body = { presentPassword: String(values.get('presentPassword')) };
		await request('DELETE', `/api/users/${this.user!.id}`, { body, timeoutMs: passwordTimeoutMs });
		this.dispatchEvent(new Event('saved'));
	}
}
