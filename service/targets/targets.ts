import { randomBytes } from 'node:crypto';
import { lookup } from 'node:dns/promises';
import { rtpTarget } from '../../pipelines/rtpTarget.js';
import type { Target, TargetCreate, TargetPatch } from '../contract/targets.js';
import type { SupervisedHost } from '../hosts/supervisedHost.js';
import type { Supervisor } from '../hosts/supervisor.js';
import type { LiveState } from '../state/state.js';
import type { Store, StoredTarget } from '../store/store.js';
import { StudioError } from '../util/errors.js';
import { checkRoom, limits } from '../util/limits.js';
import { within } from '../util/within.js';
import { specialAddress } from './specialAddresses.js';

/** A target that hangs is replaced this soon: whoever watches there is to see the program again within 3 s. */
const STALL_MS = 1_500;
/** Whoever makes a target waits no longer for its name. */
const LOOKUP_MS = 2_000;
/** Figures are averaged over about this long. */
const WINDOW_MS = 1_000;

export interface TargetsOptions {
	instance: string;
	state: LiveState;
	store: Store;
	supervisor: Supervisor;
	/** A technician lets them be this machine, a broadcast or a multicast group. */
	special: () => boolean;
}

interface Sending {
	host: SupervisedHost;
	/** By element: what its meter counted since the process began. */
	counts: Map<string, { packets: number; bytes: number }>;
	/** What processes before this one sent. */
	before: { packets: number; bytes: number };
	last: { at: number; bytes: number } | undefined;
}

/** Places the program is sent to, each by a process of its own from the one encode. */
export class Targets {
	#sending = new Map<string, Sending>();

	constructor(private readonly o: TargetsOptions) {}

	restore(): void {
		const stored = this.o.store.targets.list();
		for (const target of stored.slice(0, limits.targets)) this.#publish(target);
		for (const { id } of stored.slice(limits.targets))
			this.o.store.leftOut.add('targets', id, `more than ${limits.targets}, which is the most`);
	}

	start(): void {
		for (const { id, enabled } of Object.values(this.o.state.current.targets)) if (enabled) this.#send(id);
	}

	async create(target: TargetCreate): Promise<Target> {
		const stored: StoredTarget = { id: `target-${randomBytes(4).toString('hex')}`, ...target };
		checkPorts(stored);
		await this.#checkHost(stored.host);
		checkRoom('targets', Object.keys(this.o.state.current.targets).length);
		this.o.store.targets.put(stored);
		this.#publish(stored);
		if (stored.enabled) this.#send(stored.id);
		return this.#get(stored.id);
	}

	async patch(id: string, patch: TargetPatch): Promise<Target> {
		const { kind, label, host, videoPort, audioPort, enabled } = this.#get(id);
		const stored: StoredTarget = { id, kind, label, host, videoPort, audioPort, enabled, ...patch };
		checkPorts(stored);
		if (patch.host !== undefined) await this.#checkHost(patch.host);
		this.#get(id);
		this.o.store.targets.put(stored);
		if (Object.keys(patch).every((key) => key === 'label')) {
			this.o.state.targets.patch(id, { label: stored.label });
			return this.#get(id);
		}
		await this.#end(id);
		this.#publish(stored);
		if (stored.enabled) this.#send(id);
		return this.#get(id);
	}

	async remove(id: string): Promise<void> {
		this.#get(id);
		this.o.store.targets.remove(id);
		await this.#end(id);
		this.o.state.targets.remove(id);
	}

	/** A name that nobody knows now may be known later: what it leads to is looked at again before anything is sent. */
	async #checkHost(receiver: string): Promise<void> {
		const known = lookup(receiver, { all: true }).catch(() => []);
		const addresses = await within(known, LOOKUP_MS, () => []);
		for (const { address } of addresses) this.#checkAddress(receiver, address);
	}

	#checkAddress(receiver: string, address: string): string {
		const special = this.o.special() ? null : specialAddress(address);
		if (special === null) return address;
		const message = `host: ${receiver} is ${special}; targets are other machines unless a technician sets network.specialTargets`;
		throw new StudioError('invalid', message, [{ field: 'host', message }]);
	}

	#get(id: string): Target {
		const target = this.o.state.current.targets[id];
		if (!target) throw new StudioError('not-found', `there is no target ${id}`);
		return target;
	}

	#send(id: string): void {
		const { instance, supervisor } = this.o;
		const { host: receiver, videoPort, audioPort } = this.#get(id);
		const host = supervisor.add({
			role: 'target',
			name: id,
			// udpsink sends to nobody, without a word, when it does not know the name.
			launch: async () => {
				const host = this.#checkAddress(receiver, await addressOf(receiver));
				return rtpTarget({ instance, host, videoPort, audioPort });
			},
			stallMs: STALL_MS,
		});
		const sending: Sending = { host, counts: new Map(), before: { packets: 0, bytes: 0 }, last: undefined };
		this.#sending.set(id, sending);
		this.#update(id, { state: 'starting' });
		host.on('event', ({ factory, element, data }) => {
			if (factory === 'r58meter') this.#onStats(id, sending, element, { packets: data.buffers, bytes: data.bytes });
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

	#onStats(id: string, sending: Sending, element: string, counts: { packets: number; bytes: number }): void {
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

	#publish(stored: StoredTarget): void {
		const idle = { state: 'off', packets: 0, bytes: 0, kbps: null, lastError: null } as const;
		this.o.state.targets.put(stored.id, { ...stored, ...idle } satisfies Target);
	}

	#update(id: string, patch: Partial<Target>): void {
		if (!this.o.state.current.targets[id]) return;
		this.o.state.targets.patch(id, patch);
	}
}

function checkPorts({ videoPort, audioPort }: StoredTarget): void {
	if (videoPort === null && audioPort === null) throw new StudioError('invalid', 'videoPort: needs videoPort, audioPort or both');
	if (videoPort === audioPort) throw new StudioError('invalid', 'audioPort: must differ from videoPort');
}

async function addressOf(host: string): Promise<string> {
	try {
		return (await lookup(host)).address;
	} catch (error) {
		throw new Error(`the name ${host} is not known here (${(error as NodeJS.ErrnoException).code})`);
	}
}

function totalOf({ counts, before }: Sending): { packets: number; bytes: number } {
	const total = { ...before };
	for (const { packets, bytes } of counts.values()) {
		total.packets += packets;
		total.bytes += bytes;
	}
	return total;
}
