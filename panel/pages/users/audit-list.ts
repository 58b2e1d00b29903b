import { css, html, LitElement, nothing } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import type { AuditEntry, AuditPage } from '../../../service/contract/accounts.js';
import { request, sentence } from '../../data/http.js';
import { base } from '../../elements/styles.js';

const pageSize = 50;
/** What was done, in words; what is missing here shows as it is called in the API. */
const words: Record<string, string> = {
	'POST /api/session': 'logged in',
	'DELETE /api/session': 'logged out',
	'POST /api/setup': 'set up the technician',
	'POST /api/users': 'made an account',
	'PATCH /api/users/:id': 'changed an account',
	'DELETE /api/users/:id': 'removed an account',
	'PUT /api/account/password': 'changed the own password',
	'POST /api/account/code': 'made a code for a phone',
	'DELETE /api/account/sessions': 'logged out everywhere else',
	'DELETE /api/account/sessions/:id': 'ended an own session',
	'DELETE /api/sessions/:id': 'ended a session',
	'POST /api/tokens': 'made a token',
	'DELETE /api/tokens/:id': 'revoked a token',
	'POST /api/guests': 'invited a guest',
	'DELETE /api/guests/:id': 'removed a guest',
	'POST /api/guests/:id/invite': 'made another link for a guest',
	'DELETE /api/guests/:id/invites/:invite': 'revoked a link of a guest',
	'POST /api/door/visitors/:id/admit': 'let somebody in',
	'PATCH /api/settings': 'changed settings',
	'PUT /api/certificate': 'installed a certificate',
	'DELETE /api/certificate': 'removed a certificate',
	'POST /api/certificate/authority': 'made a new authority',
	'POST /api/system/safe-mode': 'left safe mode',
	'POST /api/network/test': 'tested the network',
};

/** Of who was refused. */
const tried: Record<string, string> = {
	'POST /api/session': 'tried to log in',
	'POST /api/setup': 'tried to set up the technician',
	'PUT /api/account/password': 'tried to change the own password',
};

/** Who logged in and changed what, newest first, with a filter. */
@customElement('r58-audit-list')
export class AuditList extends LitElement {
	static override styles = [
		base,
		css`
			:host { display: grid; gap: 8px; grid-template-columns: minmax(0, 1fr); justify-items: start; }
			.scroll { overflow-x: auto; width: 100%; }
			table { border-collapse: collapse; width: 100%; font-size: 0.9rem; }
			th, td { padding: 6px 12px 6px 0; text-align: left; vertical-align: top; border-top: 1px solid var(--line); }
			thead th { border: 0; color: var(--dim); font-weight: 500; }
			.when { white-space: nowrap; }
			.refused { color: var(--bad); font-weight: 600; }
			input { max-width: 320px; }
			@media (max-width: 599px) {
				thead { display: none; }
				tr { display: grid; padding: 6px 0; border-top: 1px solid var(--line); }
				td { border: 0; padding: 0; }
			}
		`,
	];
	@state() private entries: AuditEntry[] = [];
	@state() private purged = 0;
	@state() private more = false;
	@state() private problem: string | null = null;
	#text = '';

	override connectedCallback(): void {
		super.connectedCallback();
		void this.#load();
	}

	override render() {
		return html`
			<h2>Audit</h2>
			<p class="dim small">Who logged in and changed what. Entries cannot be changed; what happens again within an hour is counted. Of each kind the oldest go when there are too many.${
				this.purged > 0 ? ` ${this.purged} are gone.` : ''
			}</p>
			<input
				type="search" placeholder="Filter: name, address, what" aria-label="Filter the audit" data-testid="audit-filter"
				@input=${(event: Event) => this.#filter((event.target as HTMLInputElement).value)}
			/>
			${this.problem ? html`<p class="problem" role="alert">${this.problem}</p>` : nothing}
			${this.entries.length === 0 ? html`<p class="dim" role="status">${this.#text ? 'Nothing fits the filter.' : 'Nothing yet.'}</p>` : this.#table()}
			${this.more ? html`<button data-testid="audit-more" @click=${() => this.#load(this.entries.at(-1)!.seq)}>Older</button>` : nothing}
		`;
	}

	#table() {
		return html`<div class="scroll"><table data-testid="audit">
			<thead><tr><th scope="col">When</th><th scope="col">Who</th><th scope="col">What</th><th scope="col">From</th></tr></thead>
			<tbody>${this.entries.map(
				({ at, count, lastAt, who, role, action, subject, detail, outcome, address }) => html`<tr>
					<td class="when">${new Date(at).toLocaleString()}${
						lastAt === null
							? nothing
							: html`<div class="dim small">${count} times, last ${new Date(lastAt).toLocaleTimeString()}</div>`
					}</td>
					<td><b>${who}</b> <span class="dim">${role ?? ''}</span></td>
					<td>${(outcome === 'done' ? words : tried)[action] ?? action}${subject ? html` <span class="dim">${subject}</span>` : nothing}
						${outcome === 'done' ? nothing : html`<span class="refused">refused (${outcome})</span>`}
						${detail && outcome === 'done' && /^(PATCH|PUT)/.test(action) ? html`<div class="dim small">${detail}</div>` : nothing}</td>
					<td>${address}</td>
				</tr>`,
			)}</tbody>
		</table></div>`;
	}

	#filter(text: string): void {
		this.#text = text.trim();
		void this.#load();
	}

	async #load(before?: number): Promise<void> {
		const text = this.#text;
		const query = new URLSearchParams({
			limit: String(pageSize),
			...(text && { text }),
			...(before && { before: String(before) }),
		});
		try {
			const { entries, purged } = await request<AuditPage>('GET', `/api/audit?${query}`);
			// Somebody typed on while this was asked for.
			if (text !== this.#text) return;
			this.entries = before ? [...this.entries, ...entries] : entries;
			this.more = entries.length === pageSize;
			this.purged = purged;
			this.problem = null;
		} catch (error) {
			this.problem = sentence(error);
		}
	}
}
