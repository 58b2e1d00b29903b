import { html, nothing } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import type { AccountRole, User } from '../../../service/contract/accounts.js';
import { passwordTimeoutMs, request } from '../../data/http.js';
import { FormDialog } from '../../elements/form-dialog.js';
import { t } from '../../texts/texts.js';
import { presentPassword } from './present-password.js';

const roles: AccountRole[] = ['operator', 'technician', 'viewer'];

/** Creates or changes an account. Event `saved`. */
@customElement('r58-account-dialog')
export class AccountDialog extends FormDialog {
	@state() private user: User | null = null;
	protected readonly name = 'user';

	show(user: User | null = null): Promise<void> {
		this.user = user;
		return this.open();
	}

	protected heading(): string {
		return this.user ? t.words.changeOf(this.user.name) : t.users.accounts.add;
	}

	protected action(): string {
		return this.busy ? t.words.saving : this.user ? t.words.save : t.words.add;
	}

	protected fields() {
		const { user } = this;
		const words = t.users.accounts;
		return html`
			<label>${t.words.name}
				<input name="name" data-testid="user-name" .value=${user?.name ?? ''} maxlength="40" required autocomplete="off" spellcheck="false" />
			</label>
			<label>${words.role}
				<select name="role" data-testid="user-role">
					${roles.map((role) => html`<option value=${role} ?selected=${role === (user?.role ?? 'operator')}>${words.roles[role]}</option>`)}
				</select>
			</label>
			<label>${user ? words.newPassword : words.password}
				<input
					name="password" type="password" data-testid="user-password" minlength="10" maxlength="256" autocomplete="new-password"
					placeholder=${user ? words.keepPassword : ''} ?required=${!user}
				/>
				<span class="hint">${words.passwordHint}</span>
			</label>
			${user ? html`<p class="hint">${words.changeHint}</p>` : nothing}
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
