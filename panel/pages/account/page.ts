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
import '../../elements/confirm.js';
import '../../elements/page-head.js';
import '../../elements/session-list.js';
import '../../elements/theme-switch.js';
import './phone-login.js';

/** Who one is: password, a phone's login, and where else one is logged in. */
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
	@state() private passwordProblem: string | null = null;
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
					? html`<r58-page-head heading="My account"></r58-page-head>`
					: html`<div class="top"><h1>My account</h1><r58-theme-switch></r58-theme-switch></div>`
			}
			${this.#attempt.problem ? html`<p class="problem" role="alert" data-testid="account-problem">${this.#attempt.problem}</p>` : nothing}
			${this.account ? this.#sections(this.account, operator) : html`<p role="status">Loading…</p>`}
		</main>
		<r58-confirm></r58-confirm>`;
	}

	#sections(account: Account, operator: boolean) {
		const others = this.sessions.filter(({ current }) => !current).length;
		return html`
			<section class="card">
				<h2>Who you are</h2>
				<div class="row">
					<p data-testid="account-name"><b>${account.name}</b>, ${account.role}${account.readOnly ? ', looking only' : ''}${
						account.kind === 'token' ? ' (by a link or token)' : ''
					}</p>
					<button data-testid="logout-button" @click=${logOut}>Log out</button>
					${account.role === 'technician' ? html`<a class="button" href="/users" data-testid="users-link">All accounts…</a>` : nothing}
				</div>
			</section>
			${
				operator && !account.readOnly
					? html`<section class="card"><h2>Log in a phone</h2><r58-phone-login .name=${account.name}></r58-phone-login></section>`
					: nothing
			}
			${account.kind === 'account' ? this.#password(account) : nothing}
			<section class="card">
				<h2>Where you are logged in</h2>
				<r58-session-list .sessions=${this.sessions} @end=${(event: CustomEvent<SessionEntry>) => this.#end(event.detail)}></r58-session-list>
				${
					others > 0
						? html`<button data-testid="end-others" @click=${this.#endOthers}>Log out everywhere else</button>`
						: html`<p class="dim small">${
								account.kind === 'account'
									? 'No other browser is logged in as you.'
									: 'Others who came by the same link are not shown.'
							}</p>`
				}
			</section>
		`;
	}

	#password({ name }: Account) {
		return html`<section class="card">
			<h2>Password</h2>
			<form @submit=${this.#change}>
				<input hidden name="username" autocomplete="username" .value=${name} readonly />
				<label>Present password<input name="password" type="password" autocomplete="current-password" required data-testid="password-old" /></label>
				<label>New password, 10 characters or more<input name="newPassword" type="password" autocomplete="new-password" minlength="10" maxlength="256" required data-testid="password-new" /></label>
				<label>Repeat password<input name="repeated" type="password" autocomplete="new-password" required data-testid="password-repeated" /></label>
				${this.passwordProblem ? html`<p class="problem" role="alert" data-testid="password-problem">${this.passwordProblem}</p>` : nothing}
				<div class="row">
					<button class="primary" data-testid="password-save" ?disabled=${this.busy}>${this.busy ? 'Changing…' : 'Change the password'}</button>
					<span role="status" class="saved">${this.saved ? 'Changed. Your other browsers are logged out; tokens and watch links made there have ended.' : ''}</span>
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
		this.passwordProblem = newPassword === repeated ? null : 'The two new passwords differ.';
		if (this.passwordProblem) return;
		this.busy = true;
		try {
			await request('PUT', '/api/account/password', { body: { password, newPassword }, timeoutMs: passwordTimeoutMs });
			form.reset();
			this.saved = true;
			await this.#load();
		} catch (error) {
			this.passwordProblem = sentence(error).replace(/^Password: t/, 'T');
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
		const text =
			'Every other browser where you are logged in has to log in again. Codes, tokens and watch links made there end too. The show goes on.';
		if (!(await this.confirm.ask({ title: 'Log out everywhere else?', text, action: 'Log out' }))) return;
		await this.#attempt.run(async () => {
			await request('DELETE', '/api/account/sessions');
			await this.#load();
		});
	}
}
