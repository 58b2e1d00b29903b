import { randomBytes } from 'node:crypto';
import type { Finding } from '../contract/ready.js';
import type { Target, TargetChoice, TargetCreate, TargetPatch } from '../contract/targets.js';
import type { SupervisedHost } from '../hosts/supervisedHost.js';
import type { Supervisor } from '../hosts/supervisor.js';
import type { LiveState } from '../state/state.js';
import type { Store } from '../store/store.js';
import { StudioError } from '../util/errors.js';
import { checkRoom, limits } from '../util/limits.js';
import type { Sent, TargetKind, TargetKinds } from './kinds.js';

/** A hung target is replaced this soon: its audience must see the program again within 3 s. */
const STALL_MS = 1_250;
/** Figures are averaged over about this long. */
const WINDOW_MS = 1_000;

export interface TargetsOptions {
	state: LiveState;
	store: Store;
	supervisor: Supervisor;
	kinds: TargetKinds;
}

interface Sending {
	host: SupervisedHost;
	/** By element: what it counted since the process began. */
	counts: Map<string, Sent>;
	/** What earlier processes sent. */
	before: Sent;
	last: { at: number; bytes: number } | undefined;
}

/** Places that the program is sent to, each by its own process from the one encode. */
export class Targets {
	#sending = new Map<string, Sending>();

	constructor(private readonly o: TargetsOptions) {}

	restore(): void {
		const stored = this.o.store.targets.list();
		for (const target of stored.slice(0, limits.targets)) this.#publish(target);
		for (const { id } of stored.slice(limits.targets))
			this.o.store.leftOut.add('targets', id, `more than the maximum of ${limits.targets}`);
	}

	start(): void {
		for (const { id, enabled } of Object.values(this.o.state.current.targets)) if (enabled) this.#send(id);
	}

	async create(create: TargetCreate): Promise<Target> {
		const target = idle({ id: `target-${randomBytes(4).toString('hex')}`, ...create });
		await this.#kindOf(target).check(target, create);
		checkRoom('targets', Object.keys(this.o.state.current.targets).length);
		this.o.store.targets.put(choiceOf(target));
		this.#publish(target);
		if (target.enabled) this.#send(target.id);
		return this.#get(target.id);
	}

	async patch(id: string, patch: TargetPatch): Promise<Target> {
		const target = { ...this.#get(id), ...patch };
		await this.#kindOf(target).check(target, patch);
		this.#get(id);
		this.o.store.targets.put(choiceOf(target));
		if (Object.keys(patch).every((key) => key === 'label')) {
			this.o.state.targets.patch(id, { label: target.label });
			return this.#get(id);
		}
		await this.#end(id);
		this.#publish(target);
		if (target.enabled) this.#send(id);
		return this.#get(id);
	}

	async remove(id: string): Promise<void> {
		this.#get(id);
		this.o.store.targets.remove(id);
		await this.#end(id);
		this.o.state.targets.remove(id);
	}

	/** Whether a target can be reached, without going live there. Bounded; never throws. */
	test(target: Target): Promise<Finding> {
		return this.#kindOf(target).test(target);
	}

	#get(id: string): Target {
		const target = this.o.state.current.targets[id];
		if (!target) throw new StudioError('not-found', `there is no target ${id}`);
		return target;
	}

	#kindOf({ kind }: Target): TargetKind {
		return this.o.kinds[kind];
	}

	#send(id: string): void {
		const target = this.#get(id);
		const kind = this.#kindOf(target);
		const host = this.o.supervisor.add({ role: 'target', name: id, launch: () => kind.launch(target), stallMs: STALL_MS });
		const sending: Sending = { host, counts: new Map(), before: { packets: 0, bytes: 0 }, last: undefined };
		this.#sending.set(id, sending);
		this.#update(id, { state: 'starting' });
		host.on('event', (event) => {
			const sent = kind.sent(event);
			if (sent) this.#onSent(id, sending, event.element, sent);
		});
		host.on('down', (reason) => {
			sending.before = totalOf(sending);
			sending.counts.clear();
			sending.last = undefined;
			this.#update(id, { state: 'fault', lastError: reason, kbps: null });
		});
		host.start();
	}

	async #end(id: string): Promise<void> {
		const sending = this.#sending.get(id);
		this.#sending.delete(id);
		if (sending) await this.o.supervisor.remove(sending.host);
	}

	#onSent(id: string, sending: Sending, element: string, counts: Sent): void {
		if (this.#sending.get(id) !== sending) return;
		sending.counts.set(element, counts);
		const total = totalOf(sending);
		const at = performance.now();
		this.#update(id, total);
		sending.last ??= { at, bytes: total.bytes };
		const elapsedMs = at - sending.last.at;
		if (elapsedMs < WINDOW_MS) return;
		const sent = total.bytes - sending.last.bytes;
		this.#update(id, { kbps: Math.round((sent * 8) / elapsedMs), state: sent > 0 ? 'live' : 'starting' });
		sending.last = { at, bytes: total.bytes };
	}

	#publish(target: TargetChoice): void {
		this.o.state.targets.put(target.id, idle(choiceOf(target)));
	}

	#update(id: string, patch: Partial<Target>): void {
		if (!this.o.state.current.targets[id]) return;
		this.o.state.targets.patch(id, patch);
	}
}

/** A target that sends nothing yet. */
function idle(choice: TargetChoice): Target {
	return { ...choice, state: 'off', packets: 0, bytes: 0, kbps: null, lastError: null };
}

/** What outlives a restart. */
function choiceOf(target: TargetChoice & Partial<Target>): TargetChoice {
	const { state: _s, packets: _p, bytes: _b, kbps: _k, lastError: _l, ...choice } = target;
	return choice;
}

function totalOf({ counts, before }: Sending): Sent {
	const total = { ...before };
	for (const { packets, bytes } of counts.values()) {
		total.packets += packets;
		total.bytes += bytes;
	}
	return total;
}
