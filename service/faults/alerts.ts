import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';
import { severityOf } from '../contract/faultKinds.js';
import type { Fault } from '../contract/faults.js';
import type { AlertStatus, AlertTest } from '../contract/health.js';
import { severities } from '../contract/levels.js';
import type { State } from '../contract/state.js';
import type { Settings } from '../settings/settings.js';
import type { LiveState } from '../state/state.js';
import { backoffMs } from '../util/backoff.js';
import { messageOf, StudioError } from '../util/errors.js';
import type { Faults } from './faults.js';
import { type AlertMessage, post, type Webhook } from './webhook.js';

export interface AlertsOptions {
	state: LiveState;
	settings: Pick<Settings, 'current'>;
	faults: Pick<Faults, 'raise' | 'clear'>;
	limits?: Partial<typeof defaults>;
}

/** A receiver that is down for a night misses the oldest; one that is down for minutes misses nothing. */
const defaults = { timeoutMs: 5000, retry: { firstMs: 1000, capMs: 60_000 }, tries: 12, waiting: 200 };
const ownFault = { code: 'webhook', subject: 'alerts' } as const;
/** This many failures in a row are a fault themselves. */
const tellAfter = 3;

/** Sends faults to the webhook when they come and go. One at a time, in order; nothing waits for it. */
export class Alerts {
	#limits: typeof defaults;
	#known = new Map<string, Fault>();
	#queue: AlertMessage[] = [];
	#sending = false;
	#failures = 0;
	#stop = new AbortController();
	#unsubscribe: (() => void) | undefined;
	#counts = { sent: 0, failed: 0, dropped: 0 };
	#lastError: string | null = null;

	constructor(private readonly o: AlertsOptions) {
		this.#limits = { ...defaults, ...o.limits };
	}

	get status(): AlertStatus {
		const { webhook } = this.o.settings.current.alerts;
		const to = webhook === null ? null : new URL(webhook).host;
		return { to, ...this.#counts, waiting: this.#queue.length, lastError: this.#lastError };
	}

	start(): void {
		this.#compare(this.o.state.current);
		this.#unsubscribe = this.o.state.onChange((_, changes) => {
			if (changes.some(([path]) => path === 'faults')) this.#compare(this.o.state.current);
		});
	}

	stop(): void {
		this.#unsubscribe?.();
		this.#stop.abort();
	}

	/** Sends one message now, without queueing it. Throws `conflict` when there is no webhook. */
	async test(): Promise<AlertTest> {
		const webhook = this.#webhook();
		if (webhook === null) throw new StudioError('conflict', 'there is no webhook to test (settings: alerts.webhook)');
		const message = 'This is a test. Nothing is wrong.';
		const fault = {
			code: 'test',
			subject: 'alerts',
			message,
			params: null,
			since: new Date().toISOString(),
			count: 1,
			remedy: null,
		};
		const begun = performance.now();
		const ms = () => Math.round(performance.now() - begun);
		try {
			await post(webhook, this.#message('test', fault), this.#limits.timeoutMs, this.#stop.signal);
			return { delivered: true, message: `the receiver accepted it in ${ms()} ms`, ms: ms() };
		} catch (error) {
			return { delivered: false, message: messageOf(error), ms: ms() };
		}
	}

	#webhook(): Webhook | null {
		const { webhook, secret } = this.o.settings.current.alerts;
		return webhook === null ? null : { url: webhook, secret };
	}

	#compare({ faults }: Pick<State, 'faults'>): void {
		const now = new Map(faults.map((fault) => [`${fault.code} ${fault.subject}`, fault]));
		for (const [key, fault] of now) if (!this.#known.has(key)) this.#add('raised', fault);
		for (const [key, fault] of this.#known) if (!now.has(key)) this.#add('cleared', fault);
		this.#known = now;
	}

	#add(event: 'raised' | 'cleared', fault: Fault): void {
		const { webhook, minSeverity } = this.o.settings.current.alerts;
		if (webhook === null || fault.code === ownFault.code) return;
		if (severities.indexOf(severityOf(fault.code)) < severities.indexOf(minSeverity)) return;
		this.#queue.push(this.#message(event, fault));
		if (this.#queue.length > this.#limits.waiting) {
			// The oldest, but not the one under way.
			this.#queue.splice(1, 1);
			this.#counts.dropped += 1;
		}
		if (!this.#sending) void this.#send();
	}

	async #send(): Promise<void> {
		this.#sending = true;
		for (let tries = 0; this.#queue.length > 0 && !this.#stop.signal.aborted; ) {
			const webhook = this.#webhook();
			if (webhook === null) {
				this.#counts.dropped += this.#queue.length;
				this.#queue.length = 0;
				break;
			}
			tries += 1;
			const error = await post(webhook, this.#queue[0]!, this.#limits.timeoutMs, this.#stop.signal).then(
				() => null,
				(reason: unknown) => messageOf(reason),
			);
			if (this.#stop.signal.aborted) break;
			this.#told(error);
			if (error !== null && tries < this.#limits.tries) {
				await pause(backoffMs(tries, this.#limits.retry), null, { signal: this.#stop.signal, ref: false }).catch(() => null);
				continue;
			}
			this.#queue.shift();
			this.#counts[error === null ? 'sent' : 'failed'] += 1;
			tries = 0;
		}
		this.#sending = false;
	}

	#told(error: string | null): void {
		this.#lastError = error;
		this.#failures = error === null ? 0 : this.#failures + 1;
		if (error === null) this.o.faults.clear(ownFault.code, ownFault.subject);
		else if (this.#failures === tellAfter) this.o.faults.raise({ ...ownFault, params: { error } });
	}

	#message(event: AlertMessage['event'], fault: Fault): AlertMessage {
		return {
			id: randomBytes(8).toString('hex'),
			event,
			at: new Date().toISOString(),
			severity: event === 'test' ? 'notice' : severityOf(fault.code),
			fault,
			device: { name: hostname(), version: this.o.state.current.system.version },
		};
	}
}
