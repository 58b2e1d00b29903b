import { html, nothing } from 'lit';
import { customElement, query, state } from 'lit/decorators.js';
import type { User } from '../../../service/contract/accounts.js';
import { request } from '../../data/http.js';
import { localTime } from '../../elements/format.js';
import type { AccountDialog } from './account-dialog.js';
import './account-dialog.js';
import type { AccountRemoval } from './account-removal.js';
import './account-removal.js';
import { t } from '../../texts/texts.js';
import { AdminList } from './admin-list.js';

@customElement('r58-account-list')
export class AccountList extends AdminList {
	@state() private users: User[] = [];
	@query('r58-account-dialog') private dialog!: AccountDialog;
	@query('r58-account-removal') private removal!: AccountRemoval;

	override render() {
		const words = t.users.accounts;
		return html`
			<h2>${words.title}</h2>
			${this.attempt.error ? html`<p class="callout" role="alert" data-testid="users-error">${this.attempt.error}</p>` : nothing}
			${
				this.users.length === 0
					? html`<p class="dim">${words.none}</p>`
					: html`<ul>${this.users.map((user) => this.#row(user))}</ul>`
			}
			<button data-testid="user-add" @click=${() => this.dialog.show()}>${words.add}</button>
			<r58-account-dialog @saved=${() => this.change()}></r58-account-dialog>
			<r58-account-removal @saved=${() => this.change()}></r58-account-removal>
		`;
	}

	#row(user: User) {
		const { id, name, role, loginAt } = user;
		return html`<li data-testid="user-${id}">
			<div><p><b>${name}</b> <span class="dim">${t.words.roles[role]}</span></p>
				<p class="small dim">${loginAt === null ? t.users.accounts.neverLoggedIn : t.users.accounts.lastLogin(localTime(loginAt))}</p></div>
			<div class="row">
				<button aria-label=${t.words.changeOf(name)} data-testid="user-change" @click=${() => this.dialog.show(user)}>${t.words.change}</button>
				<button aria-label=${t.words.removeOf(name)} data-testid="user-remove" @click=${() => this.removal.show(user)}>${t.words.remove}</button>
			</div>
		</li>`;
	}

	protected async read(): Promise<void> {
		this.users = await request<User[]>('GET', '/api/users');
	}
}
