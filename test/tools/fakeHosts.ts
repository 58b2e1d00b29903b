/** Host processes as a test wants them: the only thing of a supervised host that is not real. */
import { EventEmitter } from 'node:events';
import type { Commanded } from '../../pipelines/commands.js';
import { Faults } from '../../service/faults/faults.js';
import type { HostPool } from '../../service/hosts/hostPool.js';
import type { HostProcessEvents } from '../../service/hosts/hostProcess.js';
import { type HostPlan, SupervisedHost } from '../../service/hosts/supervisedHost.js';
import { createLog } from '../../service/util/log.js';
import { ShowStub } from './showStub.js';
import { until } from './wait.js';

export class FakeProcess extends EventEmitter<HostProcessEvents> {
	pid = 2 ** 30;
	started = false;
	killed: string | null = null;
	/** What it was told, oldest first. */
	readonly commands: { element: keyof Commanded; command: Commanded[keyof Commanded] }[] = [];

	start(): void {
		this.started = true;
	}
	kill(reason: string | null): void {
		this.killed = reason;
	}
	command(element: keyof Commanded, command: Commanded[keyof Commanded]): void {
		this.commands.push({ element, command });
	}
	drain(): void {
		this.emit('eos');
	}
	async stop(): Promise<void> {
		this.emit('end', null);
	}
}

export interface Supervised {
	host: SupervisedHost;
	faults: Faults;
	processes: FakeProcess[];
	/** The n-th process, counted from 1, once it runs. */
	process: (n: number) => Promise<FakeProcess>;
}

/** A real supervised host over such processes. */
export function supervised(more: Partial<HostPlan> = {}): Supervised {
	const processes: FakeProcess[] = [];
	const take = () => {
		processes.push(new FakeProcess());
		return processes.at(-1)!;
	};
	const faults = new Faults(new ShowStub().state, createLog('silent'));
	const plan: HostPlan = { role: 'source', name: 'hdmi1', launch: () => 'text', ...more };
	const host = new SupervisedHost(plan, { take } as unknown as HostPool, faults);
	const process = async (n: number) => {
		await until(() => processes[n - 1]?.started, { what: `process ${n}`, everyMs: 5 });
		return processes[n - 1]!;
	};
	return { host, faults, processes, process };
}
