/** Viewers that cost little, in a process of their own: real ICE, DTLS and SRTP, every packet counted, none decoded. */
import { type ChildProcess, fork } from 'node:child_process';
import { pause, within } from '../tools/wait.js';
import type { Answer, Order } from './receiversChild.js';

const timeoutMs = 10_000;

type Counts = Extract<Answer, { op: 'packets' }>['counts'];

export class Receivers {
	readonly #child: ChildProcess = fork(new URL('./receiversChild.js', import.meta.url));
	readonly #waiters = new Set<(answer: Answer) => void>();
	#count = 0;

	constructor() {
		this.#child.on('message', (answer: Answer) => {
			for (const waiter of this.#waiters) waiter(answer);
		});
	}

	get count(): number {
		return this.#count;
	}

	/** One more viewer; `signal` takes its offer to the sender and brings the answer. Resolves when it is connected. */
	async add(signal: (offer: string, id: string) => Promise<string>): Promise<void> {
		const id = `receiver-${this.#count++}`;
		const offer = this.#next((answer) => answer.op === 'offer' && answer.id === id && answer.sdp, 'the offer');
		this.#send({ op: 'offer', id });
		const connected = this.#next((answer) => answer.op === 'state' && answer.id === id && answer.state === 'connected', id);
		connected.catch(() => {
			// Told below, unless the signalling failed before.
		});
		this.#send({ op: 'answer', id, sdp: await signal((await offer) as string, id) });
		await connected;
	}

	/** What viewers got a second over a window, RTP packets and Mbit; the mean of all, and the packets of the one with the fewest. */
	async rate(windowMs: number): Promise<{ packets: number; mbit: number; fewest: number }> {
		const started = performance.now();
		const before = await this.#counts();
		await pause(windowMs);
		const after = await this.#counts();
		const seconds = (performance.now() - started) / 1000;
		const packets = after.map((counts, i) => (counts.packets - before[i]!.packets) / seconds);
		const mbit = after.map((counts, i) => ((counts.bytes - before[i]!.bytes) * 8) / 1e6 / seconds);
		const mean = (rates: number[]) => rates.reduce((sum, rate) => sum + rate, 0) / rates.length;
		return { packets: mean(packets), mbit: mean(mbit), fewest: Math.min(...packets) };
	}

	stop(): void {
		this.#child.kill('SIGKILL');
	}

	async #counts(): Promise<Counts> {
		const counts = this.#next((answer) => answer.op === 'packets' && answer.counts, 'the packet counts');
		this.#send({ op: 'packets' });
		return (await counts) as Counts;
	}

	#send(order: Order): void {
		this.#child.send(order);
	}

	/** The first answer from which `pick` takes something. */
	#next<T>(pick: (answer: Answer) => T | false, what: string): Promise<T> {
		let waiter!: (answer: Answer) => void;
		const found = new Promise<T>((resolve) => {
			waiter = (answer) => {
				const picked = pick(answer);
				if (picked) resolve(picked);
			};
			this.#waiters.add(waiter);
		});
		return within(found, timeoutMs, what).finally(() => this.#waiters.delete(waiter));
	}
}
