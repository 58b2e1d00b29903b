import { statfs } from 'node:fs/promises';
import si from 'systeminformation';
import type { System } from '../api/schema.js';
import { messageOf } from '../errors.js';
import type { Log } from './log.js';

/** The parts of State.system that are measured here; null = it cannot be measured on this machine, or not now. */
export type MachineReading = Pick<System, 'disk' | 'cpuPct' | 'memoryBytes' | 'temperatureC'>;

export interface MachineOptions {
	dataDir: string;
	log: Log;
	onReading: (reading: MachineReading) => void;
}

const intervalMs = 5000;
const probeTimeoutMs = 2000;

/** Load, memory, temperature and free disk of the machine, every 5 s. */
export class Machine {
	#options: MachineOptions;
	#timer: NodeJS.Timeout | undefined;
	#running = false;

	constructor(options: MachineOptions) {
		this.#options = options;
	}

	start(): void {
		if (this.#running) return;
		this.#running = true;
		void this.#loop();
	}

	stop(): void {
		this.#running = false;
		clearTimeout(this.#timer);
	}

	async read(): Promise<MachineReading> {
		const [cpuPct, memoryBytes, temperatureC, disk] = await Promise.all([
			this.#probe('cpu', async () => Math.round((await si.currentLoad()).currentLoad * 10) / 10),
			this.#probe('memory', async () => (await si.mem()).active),
			this.#probe('temperature', async () => (await si.cpuTemperature()).main),
			this.#probe('disk', () => this.#disk()),
		]);
		return { cpuPct, memoryBytes, temperatureC, disk };
	}

	async #loop(): Promise<void> {
		const reading = await this.read();
		if (!this.#running) return;
		this.#options.onReading(reading);
		this.#timer = setTimeout(() => void this.#loop(), intervalMs).unref();
	}

	/** statfs and not systeminformation's fsSize, which lists every mount and hangs on a dead network one. */
	async #disk(): Promise<MachineReading['disk']> {
		const stats = await statfs(this.#options.dataDir);
		return {
			path: this.#options.dataDir,
			freeBytes: stats.bavail * stats.bsize,
			totalBytes: stats.blocks * stats.bsize,
		};
	}

	async #probe<T>(what: string, measure: () => Promise<T>): Promise<T | null> {
		let timer: NodeJS.Timeout | undefined;
		const late = new Promise<never>((_, reject) => {
			timer = setTimeout(() => reject(new Error(`no answer within ${probeTimeoutMs} ms`)), probeTimeoutMs).unref();
		});
		try {
			return await Promise.race([measure(), late]);
		} catch (error) {
			this.#options.log.onceASecond(`machine ${what}`).warn({ probe: what }, `cannot measure ${what}: ${messageOf(error)}`);
			return null;
		} finally {
			clearTimeout(timer);
		}
	}
}
