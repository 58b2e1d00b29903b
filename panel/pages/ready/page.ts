import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import type { Check, Ready } from '../../../service/contract/ready.js';
import type { Session } from '../../../service/contract/sessions.js';
import { request, sentence } from '../../data/http.js';
import { Requests } from '../../data/requests.js';
import { Show } from '../../data/show.js';
import { localTime } from '../../elements/format.js';
import { base, pageStyles } from '../../elements/styles.js';
import '../../elements/confirm.js';
import '../../elements/notices.js';
import '../../elements/page-head.js';
import '../../elements/safe-mode.js';
import './check-row.js';
import { common } from '../../texts/common.js';
import { t } from '../../texts/texts.js';
import { signs } from './check-row.js';
import './plan-field.js';

const askEveryMs = 2000;
const testingEveryMs = 500;
/** Is everything ready for the show? Every check, live, and what to do about the rest. */
@customElement('r58-ready-page')
export class ReadyPage extends LitElement {
	static override styles = [
		base,
		pageStyles,
		css`
			.summary { display: flex; flex-wrap: wrap; align-items: center; gap: 8px 16px; padding: 12px 16px; border-left: 6px solid var(--line); }
			.summary[data-status='ok'] { border-left-color: var(--ok); }
			.summary[data-status='warn'] { border-left-color: var(--warn); background: var(--warn-surface); }
			.summary[data-status='fail'] { border-left-color: var(--bad); background: var(--bad-surface); }
			.verdict { flex: 1 1 240px; }
			.verdict b { font-size: 1.25rem; }
			.actions { display: flex; flex-wrap: wrap; gap: 8px; }
			progress { width: 120px; accent-color: var(--accent); }
			.test { display: flex; align-items: center; gap: 8px; }
			.bar { display: flex; flex-wrap: wrap; align-items: center; gap: 8px 20px; }
			.bar .actions { margin-left: auto; }
			section.card { padding: 0; }
			section h2 { padding: 10px 12px 8px; }
			@media (max-width: 599px) { .bar .actions { margin-left: 0; } }
			@media print {
				:host { background: #fff; color: #000; }
				.actions, .test, r58-page-head, r58-notices { display: none; }
				section { break-inside: avoid; }
			}
		`,
	];
	@property({ attribute: false }) session: Session | null = null;
	@state() private report: Ready | null = null;
	@state() private error: string | null = null;
	@state() private onlyToCheck = false;
	#show = new Show(this);
	#requests = new Requests(this.#show, this);
	#timer = 0;

	override connectedCallback(): void {
		super.connectedCallback();
		void this.#ask();
	}

	override disconnectedCallback(): void {
		super.disconnectedCallback();
		window.clearTimeout(this.#timer);
	}

	override render() {
		const { state, online } = this.#show;
		const { report } = this;
		return html`<main class="page">
				<r58-page-head heading=${common.pages.ready} .offline=${state && !online ? t.words.old : null}></r58-page-head>
				<r58-safe-mode .requests=${this.#requests} .state=${state} .session=${this.session}></r58-safe-mode>
				${this.error ? html`<p class="callout" role="alert">${this.error}</p>` : nothing}
				${report === null ? html`<p role="status">${t.ready.checking}</p>` : [this.#summary(report, online), this.#groups(report)]}
			</main>
			<r58-confirm></r58-confirm>
			<r58-notices></r58-notices>`;
	}

	#summary(report: Ready, online: boolean) {
		const { status, test, plan, at } = report;
		return html`<div class="card summary" data-status=${status}>
				<div class="verdict">
					<p role="status" data-testid="ready-verdict"><b>${signs[status]} ${verdict(report)}</b></p>
					<p class="dim small">${t.ready.updated(localTime(at))}</p>
				</div>
				<div class="test">
					${
						test.running
							? html`<progress max=${test.total} value=${test.done} aria-label=${t.ready.testsDone}></progress>
								<span role="status">${t.ready.testing(test.done, test.total)}</span>`
							: html`<button class="primary" data-testid="ready-test" ?disabled=${!online} @click=${this.#test}>${t.ready.test}</button>
								<span class="dim small">${test.finishedAt === null ? t.ready.testHint : nothing}</span>`
					}
				</div>
			</div>
			<div class="bar">
				<r58-plan-field .requests=${this.#requests} .plan=${plan} ?inert=${!online} @planned=${() => void this.#ask()}></r58-plan-field>
				<div class="actions">
					<button aria-pressed=${this.onlyToCheck} data-testid="ready-only" @click=${() => (this.onlyToCheck = !this.onlyToCheck)}>${t.ready.only}</button>
					<a class="button" download="ready.json" href="/api/ready" data-testid="ready-export">${t.ready.export}</a>
					<button @click=${() => window.print()}>${t.ready.print}</button>
				</div>
			</div>`;
	}

	#groups({ checks }: Ready) {
		const shown = this.onlyToCheck ? checks.filter(({ status }) => status === 'warn' || status === 'fail') : checks;
		if (shown.length === 0)
			return html`<div class="card empty"><p><b>${t.ready.nothing.title}</b> ${t.ready.nothing.text}</p></div>`;
		return Object.entries(t.ready.groups).map(([group, words]) => {
			const own = shown.filter((check) => check.group === group);
			if (own.length === 0) return nothing;
			return html`<section class="card" aria-label=${words}>
				<h2>${words}</h2>
				${repeat(
					own,
					({ id }) => id,
					(check: Check) =>
						html`<r58-check-row data-testid="check-${check.id}" data-status=${check.status} .check=${check}></r58-check-row>`,
				)}
			</section>`;
		});
	}

	async #ask(): Promise<void> {
		window.clearTimeout(this.#timer);
		try {
			this.report = await request<Ready>('GET', '/api/ready');
			this.error = null;
		} catch (error) {
			// The page header says so while the panel is offline.
			this.error = this.report === null || this.#show.online ? sentence(error) : null;
		}
		if (this.isConnected)
			this.#timer = window.setTimeout(() => void this.#ask(), this.report?.test.running ? testingEveryMs : askEveryMs);
	}

	async #test(): Promise<void> {
		const report = await this.#requests.send<Ready>('POST', '/api/ready/test');
		if (report) this.report = report;
		void this.#ask();
	}
}

function verdict({ status, counts }: Ready): string {
	const words = t.ready.verdicts;
	if (status === 'fail') return words.fail(counts.fail);
	return status === 'warn' ? words.warn(counts.warn) : words.ok;
}
