import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import type { SessionEntry } from '../../../service/contract/accounts.js';
import { atLeast } from '../../../service/contract/roles.js';
import type { Session } from '../../../service/contract/sessions.js';
import { request, sentence } from '../../data/http.js';
import type { Question } from '../../data/requests.js';
import type { Confirm } from '../../elements/confirm.js';
import { base, pageStyles } from '../../elements/styles.js';
import { common } from '../../texts/common.js';
import { t } from '../../texts/texts.js';
import '../../elements/confirm.js';
import '../../elements/page-head.js';
import '../../elements/session-list.js';
import './account-list.js';
import './audit-list.js';
import './token-list.js';

/** Accounts, links and tokens, current logins, and the audit log. For technicians. */
@customElement('r58-users-page')
export class UsersPage extends LitElement {
	static override styles = [
		base,
		pageStyles,
		css`
			section { display: grid; gap: 8px; grid-template-columns: minmax(0, 1fr); }
		`,
	];
	@property({ attribute: false }) session: Session | null = null;
	@state() private sessions: SessionEntry[] = [];
	@state() private error: string | null = null;
	@query('r58-confirm') private confirm!: Confirm;

	override connectedCallback(): void {
		super.connectedCallback();
		if (this.#allowed) void this.#load();
	}

	get #allowed(): boolean {
		return this.session !== null && atLeast(this.session.role, 'technician');
	}

	override render() {
		return html`<main class="page">
			<r58-page-head heading=${common.pages.users}></r58-page-head>
			${this.#allowed ? this.#sections() : html`<p class="callout">${t.words.techniciansOnly(t.words.roles[this.session?.role ?? 'operator'])}</p>`}
		</main>
		<r58-confirm></r58-confirm>`;
	}

	#sections() {
		const ask = (question: Question) => this.confirm.ask(question);
		return html`
			<r58-account-list class="card" .ask=${ask} @changed=${this.#load}></r58-account-list>
			<r58-token-list class="card" .ask=${ask} @changed=${this.#load}></r58-token-list>
			<section class="card">
				<h2>${t.users.sessions.title}</h2>
				${this.error ? html`<p class="callout" role="alert">${this.error}</p>` : nothing}
				<r58-session-list names .sessions=${this.sessions} @end=${(event: CustomEvent<SessionEntry>) => this.#end(event.detail)}></r58-session-list>
			</section>
			<r58-audit-list class="card"></r58-audit-list>
		`;
	}

	async #load(): Promise<void> {
		try {
			this.sessions = await request<SessionEntry[]>('GET', '/api/sessions');
			this.error = null;
		} catch (error) {
			this.error = sentence(error);
		}
	}

	async #end({ id, name }: SessionEntry): Promise<void> {
		const { endAsk, endText } = t.users.sessions;
		if (!(await this.confirm.ask({ title: endAsk(name), text: endText(name), action: t.words.logOut }))) return;
		try {
			await request('DELETE', `/api/sessions/${id}`);
			await this.#load();
		} catch (error) {
			this.error = sentence(error);
		}
	}
}
