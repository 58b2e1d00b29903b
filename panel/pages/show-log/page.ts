import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import type { Session } from '../../../service/contract/sessions.js';
import type { LogEntry, LogKind, LogPage } from '../../../service/contract/showLog.js';
import { request, sentence } from '../../data/http.js';
import { Requests } from '../../data/requests.js';
import { Show } from '../../data/show.js';
import { localDay, number } from '../../elements/format.js';
import type { NoteDialog } from '../../elements/note-dialog.js';
import { base, pageStyles } from '../../elements/styles.js';
import '../../elements/confirm.js';
import '../../elements/notices.js';
import '../../elements/page-head.js';
import '../../elements/safe-mode.js';
import './entry-row.js';
import '../../elements/note-dialog.js';
import { common } from '../../texts/common.js';
import { t } from '../../texts/texts.js';
import { type Period, sinceOf } from './words.js';

const lookEveryMs = 1000;
const typingMs = 250;
/** A page left open for days drops the oldest entries; they are fetched again on request. */
const mostShown = 3000;

/** What happened and who did it, newest first, updated live. */
@customElement('r58-show-log-page')
export class ShowLogPage extends LitElement {
	static override styles = [
		base,
		pageStyles,
		css`
			.filters { display: grid; gap: 10px; grid-template-columns: minmax(0, 1fr) 180px; }
			.kinds { grid-column: 1 / -1; display: flex; flex-wrap: wrap; gap: 6px; }
			.kinds button { padding: 0 10px; font-weight: 500; }
			.export { display: flex; flex-wrap: wrap; gap: 8px; margin-left: auto; }
			.list { padding: 0; }
			h2 { padding: 10px 12px 8px; border-top: 1px solid var(--line); }
			.list > :first-child { border-top: 0; }
			.more { justify-self: center; }
			@media (max-width: 599px) {
				.filters { grid-template-columns: minmax(0, 1fr) 132px; }
				.filters input, .filters select { padding: 0 8px; }
				.kinds { flex-wrap: nowrap; overflow-x: auto; padding: 3px; margin: -3px; scrollbar-width: thin; }
				.kinds button { flex: none; }
				.hint { display: none; }
				.export .button { padding: 0 10px; }
				.word { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
			}
		`,
	];
	@property({ attribute: false }) session: Session | null = null;
	@state() private entries: LogEntry[] | null = null;
	@state() private next: number | null = null;
	@state() private purged = 0;
	@state() private dropped = 0;
	@state() private error: string | null = null;
	@state() private busy = false;
	@state() private kinds: LogKind[] = [];
	@state() private text = '';
	@state() private period: Period = 'all';
	@query('r58-note-dialog') private noteDialog!: NoteDialog;
	#show = new Show(this);
	#requests = new Requests(this.#show, this);
	#timer = 0;
	#typing = 0;
	/** Identifies the current filter: responses for an earlier one are discarded. */
	#generation = 0;

	override connectedCallback(): void {
		super.connectedCallback();
		void this.#load();
		this.#timer = window.setInterval(() => document.hidden || void this.#lookForNew(), lookEveryMs);
	}

	override disconnectedCallback(): void {
		super.disconnectedCallback();
		window.clearInterval(this.#timer);
		window.clearTimeout(this.#typing);
	}

	override render() {
		const { state, online } = this.#show;
		return html`<main class="page">
				<r58-page-head heading=${common.pages.showLog} .offline=${state && !online ? t.showLog.offline : null}></r58-page-head>
				<r58-safe-mode .requests=${this.#requests} .state=${state} .session=${this.session}></r58-safe-mode>
				<div class="top">
					<button class="primary" data-testid="log-note" ?disabled=${!online} @click=${() => void this.noteDialog.show()}>${t.showLog.addNote}</button>
					<span class="dim small hint">${t.showLog.hint}</span>
					<div class="export">${(['csv', 'json'] as const).map((format) => this.#export(format))}</div>
				</div>
				${this.#filters()}
				${this.error ? html`<p class="callout" role="alert">${this.error}</p>` : nothing}
				${this.dropped > 0 ? html`<p class="callout" role="alert">${t.showLog.dropped(number(this.dropped))}</p>` : nothing}
				${this.#list()}
				${
					this.next === null
						? nothing
						: html`<button class="more" data-testid="log-older" ?disabled=${this.busy} @click=${this.#older}>
							${this.busy ? t.words.loading : t.showLog.older}
						</button>`
				}
				${
					this.purged > 0 && this.next === null
						? html`<p class="dim small">${t.showLog.purged(number(this.purged))}</p>`
						: nothing
				}
			</main>
			<r58-note-dialog @noted=${() => void this.#lookForNew()}></r58-note-dialog>
			<r58-confirm></r58-confirm>
			<r58-notices></r58-notices>`;
	}

	#export(format: 'csv' | 'json') {
		return html`<a class="button" data-testid="log-${format}" download href="/api/log/export?${this.#query({ format })}"><span class="word">${t.showLog.export}</span>${format.toUpperCase()}</a>`;
	}

	#filters() {
		return html`<div class="filters" role="search">
			<input
				type="search" placeholder=${t.showLog.find} aria-label=${t.showLog.findLabel} data-testid="log-text"
				.value=${this.text} @input=${this.#onText}
			/>
			<select aria-label=${t.showLog.period} data-testid="log-period" @change=${this.#onPeriod}>
				${Object.entries(t.showLog.periods).map(([period, words]) => html`<option value=${period} ?selected=${period === this.period}>${words}</option>`)}
			</select>
			<div class="kinds" role="group" aria-label=${t.showLog.kinds}>
				${Object.entries(t.showLog.kindNames).map(
					([kind, words]) => html`<button
						data-testid="log-kind-${kind}" aria-pressed=${this.kinds.includes(kind as LogKind)}
						@click=${() => this.#toggle(kind as LogKind)}
					>${words}</button>`,
				)}
			</div>
		</div>`;
	}

	#list() {
		if (this.entries === null) return this.error ? nothing : html`<p role="status">${t.words.loading}</p>`;
		const filtered = this.kinds.length > 0 || this.text !== '' || this.period !== 'all';
		if (this.entries.length === 0)
			return html`<div class="card empty">
				${
					filtered
						? html`<p><b>${t.showLog.nothingFits.title}</b> ${t.showLog.nothingFits.text}</p>
							<button data-testid="log-reset" @click=${this.#reset}>${t.showLog.showAll}</button>`
						: html`<p><b>${t.showLog.none.title}</b> ${t.showLog.none.text}</p>`
				}
			</div>`;
		return html`<div class="card list" role="log" aria-label=${t.showLog.list} data-testid="log-list">
			${repeat(
				this.entries,
				({ id }) => id,
				(entry, i) => {
					const day = dayOf(entry);
					const before = this.entries![i - 1];
					return html`${before && dayOf(before) === day ? nothing : html`<h2>${day}</h2>`}
						<r58-log-row data-testid="log-entry" data-kind=${entry.kind} .entry=${entry}></r58-log-row>`;
				},
			)}
		</div>`;
	}

	#query(more: Record<string, string>): string {
		const query = new URLSearchParams(more);
		if (this.kinds.length > 0) query.set('kind', this.kinds.join(','));
		if (this.text !== '') query.set('text', this.text);
		const since = sinceOf(this.period);
		if (since !== null) query.set('since', since);
		return query.toString();
	}

	async #ask(more: Record<string, string>, use: (page: LogPage) => void): Promise<void> {
		const generation = this.#generation;
		try {
			const page = await request<LogPage>('GET', `/api/log?${this.#query(more)}`);
			if (generation !== this.#generation) return;
			this.purged = page.purged;
			this.dropped = page.dropped;
			this.error = null;
			use(page);
		} catch (error) {
			// The page header says what is missing while the panel is offline.
			if (generation === this.#generation && this.#show.online) this.error = sentence(error);
		}
	}

	async #load(): Promise<void> {
		this.#generation += 1;
		await this.#ask({ limit: '100' }, ({ entries, next }) => {
			this.entries = entries;
			this.next = next;
		});
	}

	async #lookForNew(): Promise<void> {
		const newest = this.entries?.[0];
		if (!newest) return this.#load();
		await this.#ask({ after: String(newest.id), limit: '1000' }, ({ entries }) => {
			const fresh = entries.filter(({ id }) => id > (this.entries?.[0]?.id ?? 0));
			if (fresh.length === 0) return;
			const all = [...fresh, ...this.entries!];
			this.entries = all.slice(0, mostShown);
			if (all.length > mostShown) this.next = this.entries.at(-1)!.id;
		});
	}

	async #older(): Promise<void> {
		this.busy = true;
		await this.#ask({ before: String(this.next), limit: '200' }, ({ entries, next }) => {
			this.entries = [...this.entries!, ...entries];
			this.next = next;
		});
		this.busy = false;
	}

	#toggle(kind: LogKind): void {
		this.kinds = this.kinds.includes(kind) ? this.kinds.filter((each) => each !== kind) : [...this.kinds, kind];
		void this.#load();
	}

	#onText(event: Event): void {
		this.text = (event.target as HTMLInputElement).value.trim();
		window.clearTimeout(this.#typing);
		this.#typing = window.setTimeout(() => void this.#load(), typingMs);
	}

	#onPeriod(event: Event): void {
		this.period = (event.target as HTMLSelectElement).value as Period;
		void this.#load();
	}

	#reset(): void {
		this.kinds = [];
		this.text = '';
		this.period = 'all';
		void this.#load();
	}
}

function dayOf({ at }: LogEntry): string {
	return localDay(at);
}
