import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import type { LogLine, LogPage } from '../../../service/contract/health.js';
import { type LogLevel, logLevels } from '../../../service/contract/levels.js';
import { atLeast } from '../../../service/contract/roles.js';
import type { Session } from '../../../service/contract/sessions.js';
import { request, sentence } from '../../data/http.js';
import { written } from '../../elements/format.js';
import { base, pageStyles } from '../../elements/styles.js';
import { textOf } from '../../elements/typed.js';
import { common } from '../../texts/common.js';
import { t } from '../../texts/texts.js';
import '../../elements/page-head.js';

const followEveryMs = 1500;
const mostShown = 1000;

interface Filter {
	level: LogLevel | '';
	component: string;
	text: string;
	/** As in the form fields: local time. */
	from: string;
	to: string;
}

/** The service's log, newest first, updated live. For technicians. */
@customElement('r58-system-log-page')
export class SystemLogPage extends LitElement {
	static override styles = [
		base,
		pageStyles,
		css`
			.page { max-width: 1400px; }
			section { display: grid; gap: 10px; }
			.filters { display: grid; gap: 8px 12px; grid-template-columns: repeat(auto-fill, minmax(min(45%, 150px), 1fr)); align-items: end; }
			.filters label { min-width: 0; }
			.wide { grid-column: span 2; }
			label { display: grid; gap: 4px; font-size: 0.9rem; }
			.row { display: flex; flex-wrap: wrap; gap: 8px 16px; align-items: center; }
			.check { display: flex; align-items: center; gap: 10px; min-height: var(--target); }
			ol { list-style: none; margin: 0; padding: 0; display: grid; }
			li {
				display: grid;
				grid-template-columns: minmax(5em, auto) 5em minmax(6em, 12em) minmax(0, 1fr);
				gap: 0 12px;
				padding: 5px 8px;
				border-top: 1px solid var(--line);
				font-size: 0.9rem;
				overflow-wrap: anywhere;
			}
			li:first-child { border-top: 0; }
			li[data-level='warn'] { background: var(--warn-surface); }
			li[data-level='error'] { background: var(--bad-surface); }
			li[data-level='warn'] .level { color: var(--warn); }
			li[data-level='error'] .level { color: var(--bad); }
			.level { font-weight: 700; }
			code { font-family: var(--mono); font-size: 0.8rem; color: var(--dim); display: block; }
			@media (max-width: 699px) {
				li { grid-template-columns: auto auto minmax(0, 1fr); }
				.message { grid-column: 1 / -1; }
			}
		`,
	];
	@property({ attribute: false }) session: Session | null = null;
	@state() private filter: Filter = { level: 'info', component: '', text: '', from: '', to: '' };
	@state() private lines: LogLine[] | null = null;
	@state() private components: string[] = [];
	@state() private live = true;
	@state() private error: string | null = null;
	@state() private missed = 0;
	#next = 0;
	#timer = 0;
	/** Responses to earlier requests are discarded. */
	#question = 0;

	override connectedCallback(): void {
		super.connectedCallback();
		if (this.session && atLeast(this.session.role, 'technician')) void this.#load();
		else this.error = t.words.techniciansOnly(t.words.roles[this.session?.role ?? 'operator']);
	}

	override disconnectedCallback(): void {
		super.disconnectedCallback();
		window.clearTimeout(this.#timer);
	}

	override render() {
		return html`<main class="page">
			<r58-page-head heading=${common.pages.systemLog}></r58-page-head>
			${this.error ? html`<p class="callout" role="alert" data-testid="logs-error">${this.error}</p>` : nothing}
			${this.lines ? html`${this.#form()}${this.#list(this.lines)}` : this.error ? nothing : html`<p role="status">${t.words.loading}</p>`}
		</main>`;
	}

	#form() {
		const { level, component, text, from, to } = this.filter;
		const words = t.systemLog;
		const time = (label: string, key: 'from' | 'to', value: string) =>
			html`<label class="wide">${label}<input
				type="datetime-local" step="1" data-testid="logs-${key}" .value=${value}
				@change=${(event: Event) => this.#set({ [key]: textOf(event) })}
			/></label>`;
		return html`<section class="card">
			<div class="filters">
				<label>${words.level}<select data-testid="logs-level" @change=${(event: Event) => this.#set({ level: textOf(event) as LogLevel })}>
					${logLevels.map((name) => html`<option value=${name} ?selected=${name === level}>${name === 'error' ? words.levels[name] : words.andAbove(words.levels[name])}</option>`)}
				</select></label>
				<label>${words.component}<select data-testid="logs-component" @change=${(event: Event) => this.#set({ component: textOf(event) })}>
					<option value="" ?selected=${component === ''}>${words.all}</option>
					${[...new Set([...this.components, ...(component ? [component] : [])])].map(
						(name) => html`<option value=${name} ?selected=${name === component}>${name}</option>`,
					)}
				</select></label>
				<label class="wide">${words.text}<input type="search" data-testid="logs-text" .value=${text} @input=${(event: Event) => this.#set({ text: textOf(event) })} /></label>
				${time(words.from, 'from', from)}${time(words.to, 'to', to)}
			</div>
			<div class="row">
				<label class="check"><input type="checkbox" data-testid="logs-live" .checked=${this.live} @change=${this.#setLive} />${words.follow}</label>
				<a class="button" data-testid="logs-download" href="/api/logs/file?${this.#query()}&limit=5000" download>${words.download}</a>
				<span class="dim small" role="status" data-testid="logs-count">${this.#count()}</span>
			</div>
		</section>`;
	}

	#list(lines: LogLine[]) {
		if (lines.length === 0)
			return html`<div class="card empty"><p><b>${t.systemLog.none.title}</b> ${t.systemLog.none.text}</p></div>`;
		return html`<ol class="card" data-testid="logs-lines">
			${repeat(
				lines,
				({ seq }) => seq,
				({ at, level, component, message, details }) => html`<li data-level=${level}>
					<time class="dim" datetime=${at}>${localSecond(at)}</time>
					<span class="level">${t.systemLog.levels[level]}</span>
					<span>${component}</span>
					<span class="message">${message}${details ? html`<code>${details}</code>` : nothing}</span>
				</li>`,
			)}
		</ol>`;
	}

	#count(): string {
		const lines = this.lines?.length ?? 0;
		const left = this.missed > 0 ? `; ${t.systemLog.missed(this.missed)}` : '';
		return `${lines === mostShown ? t.systemLog.newest(lines) : t.systemLog.lines(lines)}${left}`;
	}

	#query(): string {
		const { level, component, text, from, to } = this.filter;
		const utc = (local: string) => (local === '' ? '' : new Date(local).toISOString());
		const fields = { level, component, text, from: utc(from), to: utc(to) };
		return new URLSearchParams(Object.entries(fields).filter(([, value]) => value !== '')).toString();
	}

	#set(change: Partial<Filter>): void {
		this.filter = { ...this.filter, ...change };
		void this.#load();
	}

	#setLive(event: Event): void {
		this.live = (event.target as HTMLInputElement).checked;
		this.#again();
	}

	/** Loads all matching lines; with `since`, only new ones. */
	async #load(since = 0): Promise<void> {
		window.clearTimeout(this.#timer);
		this.#question += 1;
		const question = this.#question;
		try {
			const path = `/api/logs?${this.#query()}&limit=${mostShown}${since > 0 ? `&since=${since}` : ''}`;
			const page = await request<LogPage>('GET', path);
			if (question !== this.#question) return;
			const newest = page.lines.toReversed();
			this.lines = since > 0 ? [...newest, ...(this.lines ?? [])].slice(0, mostShown) : newest;
			this.missed = since > 0 ? this.missed + page.missed : 0;
			this.components = [...new Set([...(since > 0 ? this.components : []), ...page.components])].sort();
			this.#next = page.next;
			this.error = null;
		} catch (error) {
			if (question !== this.#question) return;
			this.error = sentence(error);
		}
		this.#again();
	}

	#again(): void {
		window.clearTimeout(this.#timer);
		if (this.live && this.isConnected) this.#timer = window.setTimeout(() => void this.#load(this.#next), followEveryMs);
	}
}

/** Without the date if it is today. */
function localSecond(iso: string): string {
	const today = new Date(iso).toDateString() === new Date().toDateString();
	return written(iso, { ...(today ? {} : { dateStyle: 'short' }), timeStyle: 'medium' });
}
