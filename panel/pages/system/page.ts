import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import type { Encoder } from '../../../service/contract/encoders.js';
import type { Fault } from '../../../service/contract/faults.js';
import type { Session } from '../../../service/contract/sessions.js';
import type { State } from '../../../service/contract/state.js';
import type { HostStatus } from '../../../service/contract/system.js';
import { request, sentence } from '../../data/http.js';
import { Requests } from '../../data/requests.js';
import { logOut } from '../../data/session.js';
import { Show } from '../../data/show.js';
import type { Confirm } from '../../elements/confirm.js';
import { bitrate, bytes, localTime, picture } from '../../elements/format.js';
import type { Notices } from '../../elements/notices.js';
import { badgeStyles, base, pageStyles } from '../../elements/styles.js';
import '../../elements/confirm.js';
import { nameOf } from '../../elements/fault-list.js';
import '../../elements/notices.js';
import '../../elements/page-head.js';
import '../../elements/safe-mode.js';
import './certificate-block.js';

const askEveryMs = 3000;
/** What the `stats` topic tells of a process. */
type Host = Pick<HostStatus, 'pid' | 'state' | 'restarts' | 'cpuPct' | 'rssBytes'>;
const hostWords: Record<HostStatus['state'], string> = {
	off: 'Off',
	starting: 'Starting…',
	running: 'Running',
	waiting: 'Restarting…',
	'held-off': 'Held off',
	stuck: 'Stuck',
};
/** The badge of a process, in the words of sources. */
const hostBadges: Record<HostStatus['state'], string> = {
	off: 'off',
	starting: 'starting',
	running: 'live',
	waiting: 'no-signal',
	'held-off': 'fault',
	stuck: 'fault',
};

/** How the device is: health, faults, what is asked of it and what was measured, its processes. */
@customElement('r58-system-page')
export class SystemPage extends LitElement {
	static override styles = [
		base,
		pageStyles,
		badgeStyles,
		css`
			section { display: grid; gap: 8px; grid-template-columns: minmax(0, 1fr); }
			dl { display: grid; grid-template-columns: minmax(120px, 200px) minmax(0, 1fr); gap: 6px 16px; }
			dt { color: var(--dim); }
			dd { overflow-wrap: anywhere; }
			.ok { color: var(--ok); font-weight: 700; }
			.degraded { color: var(--warn); font-weight: 700; }
			.scroll { overflow-x: auto; }
			table { border-collapse: collapse; width: 100%; font-size: 0.9rem; }
			th, td { padding: 6px 12px 6px 0; text-align: left; border-top: 1px solid var(--line); white-space: nowrap; }
			thead th { border: 0; color: var(--dim); font-weight: 500; }
			tbody th { white-space: normal; overflow-wrap: anywhere; }
			.figure { text-align: right; }
			.login { display: flex; flex-wrap: wrap; align-items: center; gap: 8px 16px; }
			@media (max-width: 599px) {
				dl { grid-template-columns: minmax(0, 1fr); gap: 0; }
				dd { margin-bottom: 8px; }
				th, td { padding-right: 8px; font-size: 0.85rem; }
				.pid, .id { display: none; }
			}
		`,
	];
	@property({ attribute: false }) session: Session | null = null;
	@state() private health: string | null = null;
	@state() private problem: string | null = null;
	@state() private hosts: Record<string, Host> = {};
	@query('r58-notices') private notices!: Notices;
	@query('r58-confirm') private confirm!: Confirm;
	#show = new Show(this, ['stats']);
	#requests = new Requests(
		this.#show,
		(sentence) => this.notices.show(sentence),
		(question) => this.confirm.ask(question),
	);
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
		return html`<main class="page">
			<r58-page-head heading="System" .offline=${state && !online ? 'The figures below are old.' : null}></r58-page-head>
			<r58-safe-mode .requests=${this.#requests} .state=${state} .session=${this.session}></r58-safe-mode>
			<section class="card">
				<h2>Health</h2>
				<p role="status" data-testid="health" class=${this.health ?? ''}>${this.problem ?? healthWords[this.health ?? ''] ?? 'Asking…'}</p>
				${state ? this.#faults(state.faults) : nothing}
				<div class="login">
					<a class="button" data-testid="health-link" href="/health">Charts, alerts, support bundle…</a>
					<a class="button" data-testid="logs-link" href="/logs">Logs…</a>
				</div>
			</section>
			${state ? this.#figures(state) : html`<p role="status">Loading…</p>`}
			<section class="card">
				<h2>Network</h2>
				<div class="login">
					<p>How guests get in from outside: TURN servers, ports, addresses, a test of all ways.</p>
					<a class="button" data-testid="network-link" href="/network">Network…</a>
				</div>
			</section>
			<section class="card">
				<h2>Settings</h2>
				<div class="login">
					<p>All settings with their file, backup and restore, factory reset.</p>
					<a class="button" data-testid="settings-link" href="/settings">Settings…</a>
				</div>
			</section>
			<section class="card">
				<h2>Processes</h2>
				${Object.keys(this.hosts).length === 0 ? html`<p class="dim">No figures yet.</p>` : this.#hostTable()}
			</section>
			<r58-certificate-block class="card" .session=${this.session}></r58-certificate-block>
			<section class="card">
				<h2>Accounts</h2>
				<div class="login">
					<p>Logged in as <b>${this.session?.role ?? 'unknown'}</b>.</p>
					<a class="button" data-testid="account-link" href="/account">My account…</a>
					<a class="button" data-testid="users-link" href="/users">All accounts, links and the audit…</a>
					<button data-testid="logout-button" @click=${logOut}>Log out</button>
				</div>
			</section>
		</main>
		<r58-confirm></r58-confirm>
		<r58-notices></r58-notices>`;
	}

	#faults(faults: Fault[]) {
		if (faults.length === 0) return html`<p class="dim">No faults.</p>`;
		return html`<r58-fault-list .faults=${faults} .names=${this.#names()}></r58-fault-list>`;
	}

	#figures({ system, encoders, streamers }: State) {
		const fps = system.canvas.fpsNum / system.canvas.fpsDen;
		const { freeBytes = 0, totalBytes = 0, path = '' } = system.disk ?? {};
		const disk = system.disk ? `${bytes(freeBytes)} of ${bytes(totalBytes)} left (${path})` : 'unknown';
		return html`<section class="card">
			<h2>Device</h2>
			<dl>
				<dt>Version</dt><dd>${system.version}</dd>
				<dt>Running since</dt><dd>${localTime(system.startedAt)}</dd>
				<dt>Canvas</dt><dd>${picture({ ...system.canvas, fps })}</dd>
				<dt>Slots</dt><dd>${system.slots.used} of ${system.slots.total} in use</dd>
				<dt>Processor</dt><dd>${system.cpuPct === null ? 'unknown' : `${Math.round(system.cpuPct)} %`}</dd>
				<dt>Memory</dt><dd>${system.memoryBytes === null ? 'unknown' : bytes(system.memoryBytes)}</dd>
				<dt>Temperature</dt><dd>${system.temperatureC === null ? 'unknown' : `${Math.round(system.temperatureC)} °C`}</dd>
				<dt>Disk</dt><dd>${disk}</dd>
				${system.tunnel === 'off' ? nothing : html`<dt>Tunnel for guests</dt><dd data-testid="tunnel">${tunnelWords[system.tunnel]}</dd>`}
				${Object.values(encoders).map(
					({ id, element, hardware, asked, measured }) => html`<dt>Encoder ${id}</dt>
						<dd>
							${element}, ${hardware ? 'hardware' : 'software'}
							<div class="dim small">Asked for ${asText(asked)}</div>
							<div class="dim small">Measured ${measured ? asText(measured) : 'nothing yet'}</div>
						</dd>`,
				)}
				<dt>Sound cards</dt>
				<dd>${system.soundCards.length === 0 ? 'none found' : system.soundCards.map(({ label }) => label).join(', ')}</dd>
				${Object.values(streamers).map(
					({ id, state, viewers }) =>
						html`<dt>Streamer ${id}</dt><dd>${state}, ${viewers} ${viewers === 1 ? 'viewer' : 'viewers'}</dd>`,
				)}
			</dl>
		</section>`;
	}

	/** What people call the things that faults and processes know by their ids. */
	#names(): Record<string, string> {
		const { sources = {}, targets = {}, recordings = {} } = this.#show.state ?? {};
		const named = [...Object.values(sources), ...Object.values(targets)].map(({ id, label }) => [id, label]);
		return Object.fromEntries([...named, ...Object.values(recordings).map(({ id, name }) => [id, name])]);
	}

	#hostTable() {
		const names = this.#names();
		const titled = (host: string) => {
			const name = nameOf(host, names);
			if (name === null) return host;
			const [role, id] = host.split(' ');
			return html`${role} ${name}<div class="dim small id">${id}</div>`;
		};
		return html`<div class="scroll"><table data-testid="processes">
			<thead>
				<tr>
					<th scope="col">Process</th><th scope="col">State</th><th scope="col" class="figure">Restarts</th>
					<th scope="col" class="figure">CPU</th><th scope="col" class="figure">Memory</th><th scope="col" class="figure pid">PID</th>
				</tr>
			</thead>
			<tbody>${Object.entries(this.hosts).map(
				([name, { pid, state, restarts, cpuPct, rssBytes }]) => html`<tr>
					<th scope="row">${titled(name)}</th>
					<td><span class="badge" data-state=${hostBadges[state]}>${hostWords[state]}</span></td>
					<td class="figure">${restarts}</td>
					<td class="figure">${cpuPct === null ? '–' : `${Math.round(cpuPct)} %`}</td>
					<td class="figure">${rssBytes === null ? '–' : bytes(rssBytes)}</td>
					<td class="figure pid">${pid ?? '–'}</td>
				</tr>`,
			)}</tbody>
		</table></div>`;
	}

	#onStats = (event: Event): void => {
		this.hosts = (event as CustomEvent<Record<string, Host>>).detail;
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
}

const tunnelWords = { off: '', connecting: 'connecting…', up: '✓ up', waiting: '⚠ down, tried again by itself' };
const healthWords: Record<string, string> = { ok: '✓ All is well', degraded: '⚠ On air, with faults' };

function asText(figures: Encoder['asked']): string {
	return `${picture(figures)}, ${bitrate(figures.kbps)}`;
}
