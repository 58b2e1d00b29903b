import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import type { Account, SessionEntry } from '../../../service/contract/accounts.js';
import { atLeast } from '../../../service/contract/roles.js';
import type { Session } from '../../../service/contract/sessions.js';
import { passwordTimeoutMs, request, sentence } from '../../data/http.js';
import { logOut } from '../../data/session.js';
import { Attempt } from '../../elements/attempt.js';
import type { Confirm } from '../../elements/confirm.js';
import { base, pageStyles } from '../../elements/styles.js';
import { common } from '../../texts/common.js';
import { t } from '../../texts/texts.js';
import '../../elements/confirm.js';
import '../../elements/page-head.js';
import '../../elements/session-list.js';
import '../../elements/language-switch.js';
import '../../elements/theme-switch.js';
import './phone-login.js';

/** One's own account: password, phone login, and other sessions. */
@customElement('r58-account-page')
export class AccountPage extends LitElement {
	static override styles = [
		base,
		pageStyles,
		css`
			section { display: grid; gap: 12px; grid-template-columns: minmax(0, 1fr); justify-items: start; }
			section > :is(r58-session-list, form) { width: 100%; }
			form { display: grid; gap: 12px; max-width: 420px; }
			label { display: grid; gap: 4px; }
			label > input { font-weight: 400; }
			.row { display: flex; flex-wrap: wrap; gap: 8px 16px; align-items: center; }
			.saved { color: var(--ok); }
		`,
	];
	@property({ attribute: false }) session: Session | null = null;
	@state() private account: Account | null = null;
	@state() private sessions: SessionEntry[] = [];
	@state() private passwordError: string | null = null;
	@state() private busy = false;
	@state() private saved = false;
	@query('r58-confirm') private confirm!: Confirm;
	#attempt = new Attempt(this);

	override connectedCallback(): void {
		super.connectedCallback();
		void this.#attempt.run(() => this.#load());
	}

	override render() {
		const operator = this.session !== null && atLeast(this.session.role, 'operator');
		return html`<main class="page">
			${
				operator
					? html`<r58-page-head heading=${common.pages.account}></r58-page-head>`
					: html`<div class="top"><h1>${common.pages.account}</h1><r58-language-switch></r58-language-switch><r58-theme-switch></r58-theme-switch></div>`
			}
			${this.#attempt.error ? html`<p class="callout" role="alert" data-testid="account-error">${this.#attempt.error}</p>` : nothing}
			${this.account ? this.#sections(this.account, operator) : html`<p role="status">${t.words.loading}</p>`}
		</main>
		<r58-confirm></r58-confirm>`;
	}

	#sections(account: Account, operator: boolean) {
		const others = this.sessions.filter(({ current }) => !current).length;
		return html`
			<section class="card">
				<h2>${t.account.who}</h2>
				<div class="row">
					<p data-testid="account-name"><b>${account.name}</b>, ${t.words.roles[account.role]}${account.readOnly ? `, ${t.words.readOnly}` : ''}${
						account.kind === 'token' ? ` (${t.account.byToken})` : ''
					}</p>
					<button data-testid="logout-button" @click=${logOut}>${t.words.logOut}</button>
					${account.role === 'technician' ? html`<a class="button" href="/users" data-testid="users-link">${t.account.all}</a>` : nothing}
				</div>
			</section>
			${
				operator && !account.readOnly
					? html`<section class="card"><h2>${t.account.phone.title}</h2><r58-phone-login .name=${account.name}></r58-phone-login></section>`
					: nothing
			}
			${account.kind === 'account' ? this.#password(account) : nothing}
			<section class="card">
				<h2>${t.account.where}</h2>
				<r58-session-list .sessions=${this.sessions} @end=${(event: CustomEvent<SessionEntry>) => this.#end(event.detail)}></r58-session-list>
				${
					others > 0
						? html`<button data-testid="end-others" @click=${this.#endOthers}>${t.account.endOthers}</button>`
						: html`<p class="dim small">${account.kind === 'account' ? t.account.noOthers : t.account.othersHidden}</p>`
				}
			</section>
		`;
	}

	#password({ name }: Account) {
		const words = t.account.password;
		return html`<section class="card">
			<h2>${words.title}</h2>
			<form @submit=${this.#change}>
				<input hidden name="username" autocomplete="username" .value=${name} readonly />
				<label>${words.current}<input name="password" type="password" autocomplete="current-password" required data-testid="password-old" /></label>
				<label>${words.next}<input name="newPassword" type="password" autocomplete="new-password" minlength="10" maxlength="256" required data-testid="password-new" /></label>
				<label>${words.repeat}<input name="repeated" type="password" autocomplete="new-password" required data-testid="password-repeated" /></label>
				${this.passwordError ? html`<p class="callout" role="alert" data-testid="password-error">${this.passwordError}</p>` : nothing}
				<div class="row">
					<button class="primary" data-testid="password-save" ?disabled=${this.busy}>${this.busy ? words.busy : words.action}</button>
					<span role="status" class="saved">${this.saved ? words.changed : ''}</span>
				</div>
			</form>
		</section>`;
	}

	async #load(): Promise<void> {
		[this.account, this.sessions] = await Promise.all([
			request<Account>('GET', '/api/account'),
			request<SessionEntry[]>('GET', '/api/account/sessions'),
		]);
	}

	async #change(event: SubmitEvent): Promise<void> {
		event.preventDefault();
		const form = event.target as HTMLFormElement;
		const { password, newPassword, repeated } = Object.fromEntries(new FormData(form)) as Record<string, string>;
		this.saved = false;
		this.passwordError = newPassword === repeated ? null : t.account.password.differ;
		if (this.passwordError) return;
		this.busy = true;
		try {
			await request('PUT', '/api/account/password', { body: { password, newPassword }, timeoutMs: passwordTimeoutMs });
			form.reset();
			this.saved = true;
			await this.#load();
		} catch (error) {
			this.passwordError = sentence(error).replace(/^Password: t/, 'T');
		} finally {
			this.busy = false;
		}
	}

	async #end({ id }: SessionEntry): Promise<void> {
		await this.#attempt.run(async () => {
			await request('DELETE', `/api/account/sessions/${id}`);
			await this.#load();
		});
	}

	async #endOthers(): Promise<void> {
		const { endOthersAsk: title, endOthersText: text } = t.account;
		if (!(await this.confirm.ask({ title, text, action: t.words.logOut }))) return;
		await this.#attempt.run(async () => {
			await request('DELETE', '/api/account/sessions');
			await this.#load();
		});
	}
}
