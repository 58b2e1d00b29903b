import { html, nothing } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import type { AccountRole, User } from '../../../service/contract/accounts.js';
import { passwordTimeoutMs, request } from '../../data/http.js';
import { FormDialog } from '../../elements/form-dialog.js';
import { presentPassword } from './present-password.js';

const roles: [role: AccountRole, words: string][] = [
	['operator', 'Operator: switches, records, invites guests'],
	['technician', 'Technician: everything, also settings and accounts'],
	['viewer', 'Viewer: watches the program'],
];

/** Makes an account, or changes one. Event `saved`. */
@customElement('r58-account-dialog')
export class AccountDialog extends FormDialog {
	@state() private user: User | null = null;
	protected readonly name = 'user';

	show(user: User | null = null): Promise<void> {
		this.user = user;
		return this.open();
	}

	protected heading(): string {
		return this.user ? `Change ${this.user.name}` : 'Add an account';
	}

	protected action(): string {
		return this.busy ? 'Saving…' : this.user ? 'Save' : 'Add';
	}

	protected fields() {
		const { user } = this;
		return html`
			<label>Name
				<input name="name" data-testid="user-name" .value=${user?.name ?? ''} maxlength="40" required autocomplete="off" spellcheck="false" />
			</label>
			<label>Role
				<select name="role" data-testid="user-role">
					${roles.map(([role, words]) => html`<option value=${role} ?selected=${role === (user?.role ?? 'operator')}>${words}</option>`)}
				</select>
			</label>
			<label>${user ? 'New password' : 'Password'}
				<input
					name="password" type="password" data-testid="user-password" minlength="10" maxlength="256" autocomplete="new-password"
					placeholder=${user ? 'empty keeps the present one' : ''} ?required=${!user}
				/>
				<span class="hint">10 characters or more. Tell it in person; it can be changed on the page My account.</span>
			</label>
			${user ? html`<p class="hint">A new password or role logs this account out everywhere, and ends the tokens it made there.</p>` : nothing}
			${presentPassword()}
		`;
	}

	protected async save(values: FormData): Promise<void> {
		const text = (field: string) => String(values.get(field) ?? '');
		const body = {
			name: text('name'),
			role: text('role'),
			...(text('password') !== '' && { password: text('password') }),
			presentPassword: text('presentPassword'),
		};
		if (this.user) await request('PATCH', `/api/users/${this.user.id}`, { body, timeoutMs: passwordTimeoutMs });
		else await request('POST', '/api/users', { body, timeoutMs: passwordTimeoutMs });
		this.dispatchEvent(new Event('saved'));
	}
}
