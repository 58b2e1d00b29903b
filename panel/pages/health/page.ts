import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { PastFault } from '../../../service/contract/faults.js';
import type { SystemHistory } from '../../../service/contract/health.js';
import { atLeast } from '../../../service/contract/roles.js';
import type { Session } from '../../../service/contract/sessions.js';
import { request, sentence } from '../../data/http.js';
import { asSentence } from '../../data/refusal.js';
import { Show } from '../../data/show.js';
import { localTime } from '../../elements/format.js';
import { base, pageStyles } from '../../elements/styles.js';
import { common } from '../../texts/common.js';
import { t } from '../../texts/texts.js';
import { figure } from './figure.js';
import { Readings } from './readings.js';
import '../../elements/fault-list.js';
import '../../elements/page-head.js';
import './alerts-block.js';
import './chart.js';
import './support-block.js';

/** In the order a person asks: is it busy, hot, full; then possible causes. */
const charts: { group: string; most?: number; toLimit?: true }[] = [
	{ group: 'cpu', most: 100 },
	{ group: 'temperature' },
	{ group: 'memory', toLimit: true },
	{ group: 'diskFree' },
	{ group: 'diskWrite' },
	{ group: 'diskLatency' },
	{ group: 'network' },
	{ group: 'interrupts' },
	{ group: 'loopDelay' },
	{ group: 'throttle', most: 100 },
	{ group: 'frequency' },
	{ group: 'load' },
	{ group: 'service' },
];
/** Values that hardly ever change are shown as text. */
const facts = ['clock', 'linkSpeed', 'networkErrors', 'diskErrors'];

/** The last hour of the machine, faults, alerts and the support bundle. */
@customElement('r58-health-page')
export class HealthPage extends LitElement {
	static override styles = [
		base,
		pageStyles,
		css`
			.page { max-width: 1400px; }
			section { display: grid; gap: 10px; grid-template-columns: minmax(0, 1fr); }
			.charts { display: grid; gap: 12px; grid-template-columns: repeat(auto-fill, minmax(min(100%, 400px), 1fr)); }
			dl { display: grid; grid-template-columns: minmax(0, 240px) auto; justify-content: start; gap: 4px 24px; }
			dt { color: var(--dim); }
			.bad { color: var(--bad); font-weight: 700; }
			summary { min-height: var(--target); align-content: center; font-weight: 600; }
			.past { display: grid; gap: 10px; padding: 0; list-style: none; overflow-wrap: anywhere; }
		`,
	];
	@property({ attribute: false }) session: Session | null = null;
	@state() private error: string | null = null;
	@state() private past: PastFault[] = [];
	#show = new Show(this);
	#readings = new Readings();
	#timer = 0;

	override connectedCallback(): void {
		super.connectedCallback();
		void this.#load();
	}

	override disconnectedCallback(): void {
		super.disconnectedCallback();
		window.clearTimeout(this.#timer);
	}

	override render() {
		const { state, online } = this.#show;
		const technician = this.session !== null && atLeast(this.session.role, 'technician');
		return html`<main class="page">
			<r58-page-head heading=${common.pages.health} .offline=${state && !online ? t.system.figuresOld : null}></r58-page-head>
			${this.error ? html`<p class="callout" role="alert">${this.error}</p>` : nothing}
			<section class="card">
				<h2>${t.health.faults}</h2>
				${state ? (state.faults.length === 0 ? html`<p data-testid="no-faults">${t.health.noFaults}</p>` : html`<r58-fault-list .faults=${state.faults}></r58-fault-list>`) : html`<p role="status">${t.words.loading}</p>`}
			</section>
			${this.#past()}
			${this.#readings.times.length === 0 ? html`<p role="status">${t.health.noReading}</p>` : this.#measured()}
			${technician ? html`<r58-alerts-block class="card"></r58-alerts-block><r58-support-block class="card"></r58-support-block>` : nothing}
		</main>`;
	}

	/** Cleared faults, for someone who looks only afterwards. */
	#past() {
		if (this.past.length === 0) return nothing;
		return html`<details class="card" data-testid="past-faults">
			<summary>${t.health.past(this.past.length)}</summary>
			<ul class="past">${this.past.map(
				({ subject, message, since, until, count }) => html`<li>
					<b>${subject}</b>
					<p>${asSentence(message)}</p>
					<p class="dim small">${t.health.pastTimes(localTime(since), localTime(until), count)}</p>
				</li>`,
			)}</ul>
		</details>`;
	}

	#measured() {
		const readings = this.#readings;
		const drawn = charts.filter(({ group }) => readings.curves(group).length > 0);
		return html`<div class="charts">
				${drawn.map(
					({ group, most = null, toLimit }) => html`<r58-chart
						class="card"
						data-testid="chart-${group}"
						.label=${this.#label(group)}
						.unit=${readings.unit(group)}
						.times=${[...readings.times]}
						.curves=${readings.curves(group)}
						.gapMs=${readings.intervalMs * 3}
						.most=${toLimit ? (readings.curves(group)[0]?.limit ?? null) : most}
					></r58-chart>`,
				)}
			</div>
			<section class="card">
				<h2>${t.health.besides}</h2>
				<dl>${facts.flatMap((group) => readings.curves(group).map((curve) => this.#fact(group, curve.name, readings.now(curve))))}</dl>
				${
					readings.notMeasured.length === 0
						? nothing
						: html`<p class="dim" data-testid="not-measured">${t.health.notMeasured(readings.notMeasured.join('; '))}</p>`
				}
			</section>`;
	}

	/** A group that this panel does not know is shown by its API name. */
	#label(group: string): string {
		const names: Record<string, string> = t.health.groups;
		return names[group] ?? this.#readings.label(group);
	}

	#fact(group: string, name: string, value: number | null) {
		if (group === 'clock')
			return html`<dt>${t.health.clock}</dt><dd>${value === 1 ? t.health.clockFollows : html`<span class="bad">${t.health.clockAlone}</span>`}</dd>`;
		const wrong = group !== 'linkSpeed' && (value ?? 0) > 0;
		return html`<dt>${this.#label(group)} ${name}</dt>
			<dd class=${wrong ? 'bad' : ''}>${wrong ? '⚠ ' : ''}${figure(value, this.#readings.unit(group))}</dd>`;
	}

	async #load(): Promise<void> {
		try {
			this.#readings.add(await request<SystemHistory>('GET', `/api/system/history?since=${this.#readings.since}`));
			this.past = (await request<{ past: PastFault[] }>('GET', '/api/faults')).past;
			this.error = null;
		} catch (error) {
			this.error = sentence(error);
		}
		this.requestUpdate();
		if (this.isConnected) this.#timer = window.setTimeout(() => void this.#load(), this.#readings.intervalMs);
	}
}
