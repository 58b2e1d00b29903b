import { css, html, LitElement, nothing } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import type { AuditEntry, AuditPage } from '../../../service/contract/accounts.js';
import { request, sentence } from '../../data/http.js';
import { clockTime, number, written } from '../../elements/format.js';
import { base } from '../../elements/styles.js';
import { t } from '../../texts/texts.js';

const pageSize = 50;

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
	@state() private error: string | null = null;
	#text = '';

	override connectedCallback(): void {
		super.connectedCallback();
		void this.#load();
	}

	override render() {
		const words = t.users.audit;
		return html`
			<h2>${words.title}</h2>
			<p class="dim small">${words.text}${this.purged > 0 ? ` ${words.purged(number(this.purged))}` : ''}</p>
			<input
				type="search" placeholder=${words.filter} aria-label=${words.filterLabel} data-testid="audit-filter"
				@input=${(event: Event) => this.#filter((event.target as HTMLInputElement).value)}
			/>
			${this.error ? html`<p class="callout" role="alert">${this.error}</p>` : nothing}
			${this.entries.length === 0 ? html`<p class="dim" role="status">${this.#text ? words.nothingFits : words.none}</p>` : this.#table()}
			${this.more ? html`<button data-testid="audit-more" @click=${() => this.#load(this.entries.at(-1)!.seq)}>${words.older}</button>` : nothing}
		`;
	}

	#table() {
		const words = t.users.audit;
		const done: Record<string, string> = words.done;
		const tried: Record<string, string> = words.tried;
		const roles: Record<string, string> = t.words.roles;
		return html`<div class="scroll"><table data-testid="audit">
			<thead><tr><th scope="col">${words.when}</th><th scope="col">${words.who}</th><th scope="col">${words.what}</th><th scope="col">${words.from}</th></tr></thead>
			<tbody>${this.entries.map(
				({ at, count, lastAt, who, role, action, subject, detail, outcome, address }) => html`<tr>
					<td class="when">${written(at, { dateStyle: 'short', timeStyle: 'medium' })}${
						lastAt === null ? nothing : html`<div class="dim small">${words.times(count, clockTime(lastAt))}</div>`
					}</td>
					<td><b>${who}</b> <span class="dim">${role === null ? nothing : (roles[role] ?? role)}</span></td>
					<td>${(outcome === 'done' ? done : tried)[action] ?? action}${subject ? html` <span class="dim">${subject}</span>` : nothing}
						${outcome === 'done' ? nothing : html`<span class="refused">${words.refused(outcome)}</span>`}
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
			// The filter changed while this was loading.
			if (text !== this.#text) return;
			this.entries = before ? [...this.entries, ...entries] : entries;
			this.more = entries.length === pageSize;
			this.purged = purged;
			this.error = null;
		} catch (error) {
			this.error = sentence(error);
		}
	}
}
