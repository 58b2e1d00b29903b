import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { SetupState } from '../../../service/contract/accounts.js';
import { homeOf } from '../../../service/contract/pages.js';
import type { Session, SessionCreate } from '../../../service/contract/sessions.js';
import { passwordTimeoutMs, RequestError, request, sentence } from '../../data/http.js';
import { signIn } from '../../data/session.js';
import { base, pageStyles } from '../../elements/styles.js';
import { t } from '../../texts/texts.js';
import '../../elements/language-switch.js';
import '../../elements/theme-switch.js';

/** Format of a one-time code as shown and typed; tokens are longer. */
const code = /^[\dA-Za-z]{4}[ -]?[\dA-Za-z]{4}$/;

/** Logs in, or on the first visit creates the technician account; then goes to the page that was requested. */
@customElement('r58-login-page')
export class LoginPage extends LitElement {
	static override styles = [
		base,
		pageStyles,
		css`
			.page { max-width: 440px; padding-top: 8vh; }
			form { display: grid; gap: 12px; padding: 20px; }
			form.card { padding: 20px; }
			details.card { padding: 0; }
			form h2 { font-size: 1.1rem; color: var(--text); text-transform: none; letter-spacing: 0; }
			label { display: grid; gap: 4px; }
			label > input { font-weight: 400; }
			summary { min-height: var(--target); display: flex; align-items: center; padding: 0 20px; font-weight: 600; cursor: pointer; color: var(--accent); }
			details > form { padding-top: 0; }
			.code { font-family: var(--mono); letter-spacing: 0.1em; text-transform: uppercase; }
		`,
	];
	/** Path to continue to; null: the start page of the role. */
	@property({ attribute: false }) next: string | null = null;
	/** Why this page appeared, if the user did not ask for it. */
	@property({ attribute: false }) reason: string | null = null;
	@state() private setup: SetupState['state'] | null = null;
	/** The form for a new password was opened by hand. */
	@state() private again = false;
	@state() private busy = false;
	@state() private error: string | null = null;

	override async connectedCallback(): Promise<void> {
		super.connectedCallback();
		this.setup = await request<SetupState>('GET', '/api/setup').then(
			({ state }) => state,
			() => 'done',
		);
	}

	override render() {
		const error = this.error ?? this.reason;
		return html`<main class="page">
			<div class="top"><h1>R58 Studio</h1><r58-language-switch></r58-language-switch><r58-theme-switch></r58-theme-switch></div>
			${error ? html`<p class="callout" role="alert" data-testid="login-error">${error}</p>` : nothing}
			${this.setup === null ? html`<p role="status">${t.login.asking}</p>` : this.#forms(this.setup)}
		</main>`;
	}

	#forms(state: SetupState['state']) {
		if (state === 'first' || this.again) return this.#firstVisit(state);
		return html`
			${state === 'none' ? nothing : this.#password()}
			<details class="card" ?open=${state === 'none'}>
				<summary>${t.login.withCode}</summary>
				${this.#token(state === 'none')}
			</details>
			${
				state === 'again'
					? html`<button class="plain" data-testid="login-again" @click=${() => (this.again = true)}>${t.login.again}</button>`
					: nothing
			}
		`;
	}

	#password() {
		return html`<form class="card" @submit=${(event: SubmitEvent) => this.#submit(event, (field) => this.#logIn({ name: field('name'), password: field('password') }))}>
			<label>${t.login.name}<input name="name" autocomplete="username" autocapitalize="none" spellcheck="false" required autofocus data-testid="login-name" /></label>
			<label>${t.login.password}<input name="password" type="password" autocomplete="current-password" required data-testid="login-password" /></label>
			<button class="primary" data-testid="login-button" ?disabled=${this.busy}>${this.busy ? t.login.loggingIn : t.login.logIn}</button>
			<p class="dim small">${t.login.guests}</p>
		</form>`;
	}

	#token(demo: boolean) {
		return html`<form @submit=${(event: SubmitEvent) => this.#submit(event, (field) => this.#logIn(typed(field('token'))))}>
			<label>${t.login.code}<input name="token" autocomplete="off" autocapitalize="none" spellcheck="false" required data-testid="login-token" /></label>
			<p class="dim small">${demo ? t.login.demo : t.login.codeHint}</p>
			<button data-testid="login-token-button" ?disabled=${this.busy}>${this.busy ? t.login.loggingIn : t.login.logIn}</button>
		</form>`;
	}

	#firstVisit(state: SetupState['state']) {
		const words = t.login.setup;
		return html`<form class="card" data-testid="setup" @submit=${(event: SubmitEvent) => this.#submit(event, (field) => this.#setUp(field))}>
			<h2>${state === 'first' ? words.first : words.again}</h2>
			<p class="dim small">${words.before}<code>setup-code</code>${words.after}</p>
			<label>${words.code}<input name="code" class="code" autocomplete="off" autocapitalize="characters" spellcheck="false" maxlength="64" required autofocus data-testid="setup-code" /></label>
			<label>${t.login.name}<input name="name" autocomplete="username" autocapitalize="none" spellcheck="false" maxlength="40" value="technician" required data-testid="setup-name" /></label>
			<label>${words.password}<input name="password" type="password" autocomplete="new-password" minlength="10" maxlength="256" required data-testid="setup-password" /></label>
			<label>${words.repeat}<input name="repeated" type="password" autocomplete="new-password" required data-testid="setup-repeated" /></label>
			<button class="primary" data-testid="setup-button" ?disabled=${this.busy}>${this.busy ? words.busy : words.action}</button>
		</form>`;
	}

	async #submit(event: SubmitEvent, action: (field: (name: string) => string) => Promise<Session>): Promise<void> {
		event.preventDefault();
		const data = new FormData(event.target as HTMLFormElement);
		this.busy = true;
		this.error = null;
		try {
			const session = await action((name) => String(data.get(name) ?? ''));
			const allowed = this.next !== null && (homeOf(session) === '/switcher' || this.next === '/account');
			location.assign(allowed ? this.next! : homeOf(session));
		} catch (error) {
			this.error = sentence(error);
			this.busy = false;
		}
	}

	#logIn(login: SessionCreate): Promise<Session> {
		return signIn(login).catch((error) => {
			throw refused(error) ? new Error(wrong(login)) : error;
		});
	}

	async #setUp(field: (name: string) => string): Promise<Session> {
		if (field('password') !== field('repeated')) throw new Error(t.login.setup.differ);
		const body = { code: field('code'), name: field('name'), password: field('password') };
		return request<Session>('POST', '/api/setup', { body, timeoutMs: passwordTimeoutMs }).catch((error) => {
			throw refused(error) ? new Error(t.login.setup.wrong) : error;
		});
	}
}

function typed(text: string): SessionCreate {
	const trimmed = text.trim();
	return code.test(trimmed) ? { code: trimmed } : { token: trimmed };
}

function refused(error: unknown): boolean {
	return error instanceof RequestError && error.refusal.status === 401;
}

function wrong(login: SessionCreate): string {
	if ('password' in login) return t.login.wrong.password;
	return 'code' in login ? t.login.wrong.code : t.login.wrong.token;
}
