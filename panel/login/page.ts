import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { sentence } from '../api/http.js';
import { pageOf, signIn } from '../api/session.js';
import { base, pageStyles } from '../common/styles.js';
import '../common/theme-switch.js';

/** Asks for a token, then leads to the page that was wanted or to the one of the role. */
@customElement('r58-login-page')
export class LoginPage extends LitElement {
	static override styles = [
		base,
		pageStyles,
		css`
			.page { max-width: 420px; padding-top: 12vh; }
			form { display: grid; gap: 12px; padding: 20px; }
		`,
	];
	/** Path to go to afterwards; null leads each role to its own page. */
	@property({ attribute: false }) next: string | null = null;
	/** Why this page shows, when it was not asked for. */
	@property({ attribute: false }) reason: string | null = null;
	@state() private busy = false;
	@state() private problem: string | null = null;

	override render() {
		const problem = this.problem ?? this.reason;
		return html`<div class="page">
			<div class="top"><h1>R58 Studio</h1><r58-theme-switch></r58-theme-switch></div>
			<form class="card" @submit=${this.#submit}>
				<label for="token">Token</label>
				<input
					id="token" name="token" type="password" autocomplete="current-password" required autofocus
					data-testid="login-token" aria-describedby="help"
				/>
				<p id="help" class="dim small">The operator token is printed when the studio starts. Guests and viewers open the link they were given.</p>
				${problem ? html`<p class="problem" role="alert" data-testid="login-problem">${problem}</p>` : nothing}
				<button class="primary" data-testid="login-button" ?disabled=${this.busy}>${this.busy ? 'Logging in…' : 'Log in'}</button>
			</form>
		</div>`;
	}

	async #submit(event: SubmitEvent): Promise<void> {
		event.preventDefault();
		const token = String(new FormData(event.target as HTMLFormElement).get('token') ?? '').trim();
		if (token === '') return;
		this.busy = true;
		this.problem = null;
		try {
			const session = await signIn(token);
			const allowed = this.next !== null && pageOf(session) === '/switcher';
			location.assign(allowed ? this.next! : pageOf(session));
		} catch (error) {
			this.problem = sentence(error);
			this.busy = false;
		}
	}
}
