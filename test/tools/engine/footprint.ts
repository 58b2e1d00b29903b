/** What the processes of a service hold: files, threads, memory. */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { WebSocket } from 'ws';
import { processes } from '../processes.js';
import type { TestService } from '../service.js';
import { patienceMs, until, within } from '../wait.js';

export interface Held {
	/** Open files, without the memory of links: a link's pool grows to its bound when the machine is busy. */
	fds: number;
	memfds: number;
	threads: number;
	/** Memory that belongs to nobody else and to no file, KiB. */
	anonymousKb: number;
}

export function heldBy(pid: number): Held {
	const open = readdirSync(`/proc/${pid}/fd`).map((fd) => target(`/proc/${pid}/fd/${fd}`));
	const memfds = open.filter((path) => path.startsWith('/memfd:')).length;
	const status = readFileSync(`/proc/${pid}/status`, 'utf8');
	return {
		fds: open.length - memfds,
		memfds,
		threads: readdirSync(`/proc/${pid}/task`).length,
		anonymousKb: Number(/RssAnon:\s+(\d+)/.exec(status)![1]),
	};
}

/** What an open file is; empty when it was closed meanwhile. */
function target(path: string): string {
	try {
		return readlinkSync(path);
	} catch {
		return '';
	}
}

/** Every process of the service by its title, `service` for itself. Those of the same title are numbered. */
export function footprint(service: TestService): Record<string, Held> {
	const all: Record<string, Held> = {};
	for (const { pid, session, state, title } of processes()) {
		if (session !== service.pid || state === 'Z') continue;
		const name = pid === service.pid ? 'service' : title.startsWith('r58-host') ? title : 'spare';
		let key = name;
		for (let n = 2; key in all; n++) key = `${name} ${n}`;
		all[key] = heldBy(pid);
	}
	return all;
}

/** Of the DevTools protocol; without figures for a collection. */
interface HeapUsage {
	/** Bytes. */
	usedSize?: number;
}

/** The service's own heap, measured by its debugger: after a collection, so that garbage does not count. */
export class Heap {
	#next = 1;
	private constructor(private readonly socket: WebSocket) {}

	static async of(service: TestService): Promise<Heap> {
		service.kill('SIGUSR1');
		const url = await until(
			() => service.logs.map((line) => /ws:\/\/\S+/.exec(typeof line === 'string' ? line : '')?.[0]).find(Boolean),
			{ what: 'the debugger of the service' },
		);
		const socket = new WebSocket(url);
		await within(new Promise((resolve) => socket.once('open', resolve)), patienceMs, 'the debugger');
		return new Heap(socket);
	}

	/** Bytes in use. */
	async used(): Promise<number> {
		// What a first collection finalizes is freed by the second.
		for (let i = 0; i < 2; i++) await this.#call('HeapProfiler.collectGarbage');
		const { usedSize } = await this.#call('Runtime.getHeapUsage');
		return Number(usedSize);
	}

	close(): void {
		this.socket.terminate();
	}

	#call(method: 'HeapProfiler.collectGarbage' | 'Runtime.getHeapUsage'): Promise<HeapUsage> {
		const id = this.#next++;
		const answer = new Promise<HeapUsage>((resolve) => {
			const hear = (data: unknown) => {
				const message = JSON.parse(String(data)) as { id?: number; result?: HeapUsage };
				if (message.id !== id) return;
				this.socket.off('message', hear);
				resolve(message.result ?? {});
			};
			this.socket.on('message', hear);
		});
		this.socket.send(JSON.stringify({ id, method }));
		return within(answer, patienceMs, method);
	}
}
