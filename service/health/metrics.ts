import { type IntervalHistogram, monitorEventLoopDelay } from 'node:perf_hooks';
import { Counter, Gauge, Registry } from 'prom-client';
import type { Lockout } from '../access/lockout.js';
import type { HostFigures } from '../contract/system.js';
import type { Door } from '../guests/door.js';
import type { GuestEventsHub } from '../guests/guestEvents.js';
import type { HostFigures as Figures } from '../hosts/hostFigures.js';
import type { Gate } from '../http/gate.js';
import { type Route, route } from '../http/route.js';
import type { PeerSessions } from '../rtc/peerSessions.js';
import type { EventsHub } from '../state/events.js';
import type { Bounded, TableList } from '../util/boundedMap.js';
import { type MachineSources, machineMetrics } from './machineMetrics.js';

interface Sample {
	name: string;
	labels: Record<string, string>;
	value: number;
}

function metricName(keys: string[]): string {
	const words = keys.map((key) =>
		key
			.replace(/([a-z0-9])([A-Z])/g, '$1_$2')
			.replace(/[^A-Za-z0-9]+/g, '_')
			.toLowerCase(),
	);
	return `r58_host_${words.join('_')}`;
}

/** Numbers inside `value`, by path; list entries have their position (or slot) as label `index`. */
function samplesOf(value: unknown, labels: Record<string, string>, keys: string[] = []): Sample[] {
	if (typeof value === 'number' || typeof value === 'boolean') return [{ name: metricName(keys), labels, value: Number(value) }];
	// Nanosecond times are decimal strings.
	if (typeof value === 'string') return /^\d+$/.test(value) ? [{ name: metricName(keys), labels, value: Number(value) }] : [];
	if (Array.isArray(value)) {
		return value.flatMap((entry: unknown, position) => {
			const slot = (entry as { slot?: unknown } | null)?.slot;
			return samplesOf(entry, { ...labels, index: String(slot ?? position) }, keys);
		});
	}
	if (typeof value !== 'object' || value === null) return [];
	return Object.entries(value).flatMap(([key, entry]) => samplesOf(entry, labels, [...keys, key]));
}

/** The figures of every host (by `role name`) as `r58_host_<counter>{role,name}`, those of its elements with `element`. */
export function hostSamples(hosts: Record<string, Pick<HostFigures, 'elements'>>): Sample[] {
	return Object.entries(hosts).flatMap(([key, stats]) => {
		const [role = '', ...rest] = key.split(' ');
		const labels = { role, name: rest.join(' ') };
		const { elements, ...figures } = stats;
		const ofElements = Object.entries(elements).flatMap(([element, counters]) => samplesOf(counters, { ...labels, element }));
		return [...samplesOf(figures, labels), ...ofElements];
	});
}

function hostRegistry(hosts: Record<string, HostFigures>): Registry {
	const registry = new Registry();
	const gauges = new Map<string, Gauge>();
	for (const { name, labels, value } of hostSamples(hosts)) {
		let gauge = gauges.get(name);
		if (!gauge) {
			gauge = new Gauge({
				name,
				help: 'As counted by the host',
				labelNames: ['role', 'name', 'element', 'index'],
				registers: [registry],
			});
			gauges.set(name, gauge);
		}
		gauge.set(labels, value);
	}
	return registry;
}

/** Counters besides those of the sockets. */
interface Figured {
	lockout: Lockout;
	peers: PeerSessions;
	gate: Gate;
	door: Door;
	tables: TableList;
}

/** Metrics of the service; one instance per API, so that a test can have two. */
export class Metrics {
	#registry = new Registry();
	#delay: IntervalHistogram = monitorEventLoopDelay({ resolution: 20 });
	#requests = new Counter({
		name: 'r58_http_requests_total',
		help: 'Requests by method and status',
		labelNames: ['method', 'status'],
		registers: [this.#registry],
	});

	constructor(events: EventsHub, guestEvents: GuestEventsHub, { lockout, peers, gate, door, tables }: Figured) {
		const gauge = (name: string, help: string, read: () => number): void => {
			new Gauge({
				name,
				help,
				registers: [this.#registry],
				collect() {
					this.set(read());
				},
			});
		};
		// The histogram measures from timer to timer: subtract the period.
		const lateS = (ns: number): number => Math.max(0, ns / 1e9 - 0.02);
		gauge('r58_event_loop_delay_p99_seconds', 'Since the last scrape', () => lateS(this.#delay.percentile(99)));
		gauge('r58_event_loop_delay_max_seconds', 'Since the last scrape', () => lateS(this.#delay.max));
		gauge('r58_process_resident_memory_bytes', 'Of the service, without its hosts', () => process.memoryUsage.rss());
		gauge('r58_process_heap_bytes', 'JavaScript heap in use', () => process.memoryUsage().heapUsed);
		gauge('r58_process_cpu_seconds', 'Of the service, without its hosts', () => {
			const { user, system } = process.cpuUsage();
			return (user + system) / 1e6;
		});
		gauge('r58_process_uptime_seconds', 'Since start', () => process.uptime());
		gauge('r58_events_clients', 'Open events sockets', () => events.clients);
		gauge('r58_connections_open', 'Connections of all listeners', () => gate.open);
		gauge('r58_connections_held', 'Connections waiting because their address connects too fast', () => gate.held);
		new Gauge({
			name: 'r58_gate_refused',
			help: 'Connections and requests rejected before the API, by reason',
			labelNames: ['reason'],
			registers: [this.#registry],
			collect() {
				for (const [reason, count] of Object.entries(gate.refused)) this.set({ reason }, count);
			},
		});
		gauge('r58_logins_failed', 'Failed logins: wrong passwords, codes and tokens', () => lockout.failed);
		gauge('r58_logins_refused', 'Logins rejected because they came before the wait was over', () => lockout.refused);
		gauge('r58_logins_waiting', 'Accounts and addresses that have to wait', () => lockout.waiting());
		gauge(
			'r58_sockets_talkative',
			'WebSockets closed because they sent too much',
			() => events.talkative + guestEvents.talkative,
		);
		new Gauge({
			name: 'r58_peers',
			help: 'WebRTC sessions of guests and viewers, by kind and connection state',
			labelNames: ['kind', 'state'],
			registers: [this.#registry],
			collect() {
				for (const { kind, pending, connected } of peers.counts()) {
					this.set({ kind, state: 'pending' }, pending);
					this.set({ kind, state: 'connected' }, connected);
				}
			},
		});
		new Gauge({
			name: 'r58_peers_refused',
			help: 'Offers rejected since the start, by reason: rate, too many pending, no place, or unusable offer',
			labelNames: ['reason'],
			registers: [this.#registry],
			collect() {
				for (const [reason, count] of Object.entries(peers.refused)) this.set({ reason }, count);
			},
		});
		gauge('r58_door_gave_way', 'Visitors at the door displaced by somebody new', () => door.gaveWay);
		new Gauge({
			name: 'r58_door_refused',
			help: 'Knocks rejected, by reason: too many a minute, too many from one household, no place yet',
			labelNames: ['reason'],
			registers: [this.#registry],
			collect() {
				for (const [reason, count] of Object.entries(door.refused)) this.set({ reason }, count);
			},
		});
		const ofTable = (name: string, help: string, read: (table: Bounded) => number): void => {
			new Gauge({
				name,
				help,
				labelNames: ['table'],
				registers: [this.#registry],
				collect() {
					for (const [table, kept] of tables.flatMap((read) => Object.entries(read()))) this.set({ table }, read(kept));
				},
			});
		};
		ofTable('r58_table_entries', 'Entries in tables that clients can grow', ({ size }) => size);
		ofTable('r58_table_entries_most', 'Maximum number of entries', ({ most }) => most);
		ofTable('r58_table_forgotten', 'Entries dropped early to make room', ({ forgotten }) => forgotten);
		gauge('r58_events_dropped', 'Messages not sent to clients that read too slowly', () => events.dropped);
	}

	start(): void {
		this.#delay.enable();
	}

	stop(): void {
		this.#delay.disable();
	}

	countRequest(method: string, status: number): void {
		this.#requests.inc({ method, status: String(status) });
	}

	async text(hosts: Record<string, HostFigures>): Promise<string> {
		const text = `${await this.#registry.metrics()}\n${await hostRegistry(hosts).metrics()}`;
		this.#delay.reset();
		return text;
	}
}

export function metricsRoutes(metrics: Metrics, show: MachineSources & { figures: Pick<Figures, 'current'> }): Route[] {
	return [
		route({
			method: 'GET',
			path: '/metrics',
			role: 'operator',
			summary: 'Figures of the service and of every host, as Prometheus text',
			contentType: 'text/plain',
			handler: async ({ context }) => {
				context.set('Content-Type', 'text/plain; version=0.0.4; charset=utf-8');
				return `${await metrics.text(show.figures.current)}\n${await machineMetrics(show)}`;
			},
		}),
	];
}
