import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { Fault, Session, State } from '../../service/api/schema.js';
import { request, sentence } from '../api/http.js';
import { signOut } from '../api/session.js';
import { Show } from '../api/show.js';
import { bytes, localTime } from '../common/format.js';
import { base, pageStyles } from '../common/styles.js';
import '../common/theme-switch.js';

const askEveryMs = 3000;

/** How the device is: health, faults, what is asked of it and what was measured, its processes. */
@customElement('r58-system-page')
export class SystemPage extends LitElement {
	static override styles = [
		base,
		pageStyles,
		css`
			section { display: grid; gap: 8px; grid-template-columns: minmax(0, 1fr); }
			dl { display: grid; grid-template-columns: minmax(120px, 200px) minmax(0, 1fr); gap: 6px 16px; }
			dt { color: var(--dim); }
			dd { overflow-wrap: anywhere; }
			.ok { color: var(--ok); font-weight: 700; }
			.degraded { color: var(--warn); font-weight: 700; }
			.fault { border-top: 1px solid var(--line); padding: 8px 0; }
			.scroll { overflow-x: auto; }
			table { border-collapse: collapse; width: 100%; font-size: 0.9rem; }
			th, td { padding: 6px 12px 6px 0; text-align: left; vertical-align: top; border-top: 1px solid var(--line); }
			code { font: 0.85rem var(--mono); overflow-wrap: anywhere; }
		`,
	];
	@property({ attribute: false }) session: Session | null = null;
	@state() private health: string | null = null;
	@state() private problem: string | null = null;
	@state() private hosts: Record<string, unknown> = {};
	#show = new Show(this, ['stats']);
	#timer = 0;
	#shownFaults: Fault[] | null = null;

	override connectedCallback(): void {
		super.connectedCallback();
		this.#show.link.addEventListener('stats', this.#onStats);
		void this.#ask();
		this.#timer = window.setInterval(() => void this.#ask(), askEveryMs);
	}

	override disconnectedCallback(): void {
		super.disconnectedCallback();
		this.#show.link.removeEventListener('stats', this.#onStats);
		window.clearInterval(this.#timer);
	}

	/** Health and faults are shown side by side, so they are asked for together. */
	override willUpdate(): void {
		const faults = this.#show.state?.faults ?? null;
		if (faults !== this.#shownFaults) void this.#ask();
		this.#shownFaults = faults;
	}

	override render() {
		const { state, online } = this.#show;
		return html`<div class="page">
			<div class="top"><h1>System</h1><a class="button" href="/switcher">Switcher</a><r58-theme-switch></r58-theme-switch></div>
			${
				state && !online
					? html`<p class="problem" role="alert">Panel offline – the show goes on. The figures below are old.</p>`
					: nothing
			}
			<section class="card">
				<h2>Health</h2>
				<p role="status" data-testid="health" class=${this.health ?? ''}>${this.problem ?? healthWords[this.health ?? ''] ?? 'Asking…'}</p>
				${state ? this.#faults(state.faults) : nothing}
			</section>
			${state ? this.#figures(state) : html`<p role="status">Loading…</p>`}
			<section class="card">
				<h2>Processes</h2>
				${Object.keys(this.hosts).length === 0 ? html`<p class="dim">No figures yet.</p>` : this.#hostTable()}
			</section>
			<section class="card">
				<h2>Login</h2>
				<p>Logged in as <b>${this.session?.role ?? 'unknown'}</b>.</p>
				<div><button data-testid="logout-button" @click=${this.#logOut}>Log out</button></div>
			</section>
		</div>`;
	}

	#faults(faults: Fault[]) {
		if (faults.length === 0) return html`<p class="dim">No faults.</p>`;
		return faults.map(
			({ subject, message, remedy, since, count }) => html`<div class="fault" data-testid="fault">
				<b>${subject}</b>: ${message}
				${remedy ? html`<p>${remedy}</p>` : nothing}
				<p class="dim small">since ${localTime(since)}${count > 1 ? `, ${count} times` : ''}</p>
			</div>`,
		);
	}

	#figures({ system, encoders, streamers }: State) {
		const rate = Math.round((system.canvas.fpsNum / system.canvas.fpsDen) * 100) / 100;
		const { freeBytes = 0, totalBytes = 0, path = '' } = system.disk ?? {};
		const disk = system.disk ? `${bytes(freeBytes)} of ${bytes(totalBytes)} left (${path})` : 'unknown';
		return html`<section class="card">
			<h2>Device</h2>
			<dl>
				<dt>Version</dt><dd>${system.version}</dd>
				<dt>Running since</dt><dd>${localTime(system.startedAt)}</dd>
				<dt>Canvas</dt><dd>${system.canvas.width}×${system.canvas.height}, ${rate} fps</dd>
				<dt>Slots</dt><dd>${system.slots.used} of ${system.slots.total} in use</dd>
				<dt>Processor</dt><dd>${system.cpuPct === null ? 'unknown' : `${Math.round(system.cpuPct)} %`}</dd>
				<dt>Memory</dt><dd>${system.memoryBytes === null ? 'unknown' : bytes(system.memoryBytes)}</dd>
				<dt>Temperature</dt><dd>${system.temperatureC === null ? 'unknown' : `${Math.round(system.temperatureC)} °C`}</dd>
				<dt>Disk</dt><dd>${disk}</dd>
				${Object.values(encoders).map(
					({ id, element, hardware, asked, measured }) => html`<dt>Encoder ${id}</dt>
						<dd>
							${element}, ${hardware ? 'hardware' : 'software'}; asked ${figures(asked)};
							measured ${measured ? figures(measured) : 'nothing yet'}
						</dd>`,
				)}
				${Object.values(streamers).map(
					({ id, state, viewers }) =>
						html`<dt>Streamer ${id}</dt><dd>${state}, ${viewers} ${viewers === 1 ? 'viewer' : 'viewers'}</dd>`,
				)}
			</dl>
		</section>`;
	}

	#hostTable() {
		return html`<div class="scroll"><table>
			${Object.entries(this.hosts).map(([name, stats]) => html`<tr><th scope="row">${name}</th><td><code>${summary(stats)}</code></td></tr>`)}
		</table></div>`;
	}

	#onStats = (event: Event): void => {
		this.hosts = (event as CustomEvent<Record<string, unknown>>).detail;
	};

	async #ask(): Promise<void> {
		try {
			this.health = (await request<{ status: string }>('GET', '/api/health')).status;
			this.problem = null;
		} catch (error) {
			this.health = null;
			this.problem = sentence(error);
		}
	}

	async #logOut(): Promise<void> {
		await signOut().catch(() => undefined);
		location.assign('/');
	}
}

const healthWords: Record<string, string> = { ok: '✓ All is well', degraded: '⚠ On air, with faults' };

function figures({ width, height, fps, kbps }: { width: number; height: number; fps: number; kbps: number }): string {
	return `${width}×${height}, ${Math.round(fps * 100) / 100} fps, ${Math.round(kbps)} kbit/s`;
}

/** The plain figures of a host, one line. */
function summary(stats: unknown): string {
	if (typeof stats !== 'object' || stats === null) return String(stats);
	return Object.entries(stats)
		.filter(([, value]) => typeof value !== 'object')
		.map(([key, value]) => `${key} ${value}`)
		.join('  ');
}
