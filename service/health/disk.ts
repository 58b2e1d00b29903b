import { stat, statfs } from 'node:fs/promises';
import { basename } from 'node:path';
import { type Figure, Interval, type Probe } from './figures.js';
import type { MachineFiles } from './files.js';

const sectorBytes = 512;
/** How long a disk error is reported. */
const errorsToldMs = 3_600_000;

interface Writes {
	device: string;
	count: number;
	sectors: number;
	ms: number;
}

/** The file system of the recordings: free space, write rate, write latency, errors. */
export class Disk implements Probe {
	#interval = new Interval();
	#before: Writes | null = null;
	/** Counts of errors, newest last; the first is the newest that is an hour old. */
	#errorCounts: { device: string; at: number; count: number }[] = [];

	constructor(
		private readonly files: MachineFiles,
		private readonly folder: string,
		private readonly now = () => performance.now(),
	) {}

	async read(): Promise<Figure[]> {
		// Not systeminformation's fsSize: it lists every mount, hangs on dead network mounts and starts processes (12 ms of CPU).
		const { bavail, blocks, bsize } = await statfs(this.folder);
		const figures: Figure[] = [
			{ group: 'diskFree', name: 'left', value: bavail * bsize },
			{ group: 'diskFree', name: 'size', value: blocks * bsize },
		];
		const writes = await this.#writes();
		const seconds = this.#interval.next();
		const before = this.#before;
		this.#before = writes;
		if (!writes) return figures;
		figures.push(...(await this.#errors(writes.device)));
		if (!before || seconds === null || before.device !== writes.device) return figures;
		const count = writes.count - before.count;
		const bytes = (writes.sectors - before.sectors) * sectorBytes;
		figures.push({ group: 'diskWrite', name: writes.device, value: Math.round(bytes / seconds) });
		if (count > 0) {
			const value = Math.round(((writes.ms - before.ms) / count) * 10) / 10;
			figures.push({ group: 'diskLatency', name: writes.device, value, limit: 500 });
		}
		return figures;
	}

	/** The row of /proc/diskstats (Documentation/admin-guide/iostats.rst) of the device under the folder. */
	async #writes(): Promise<Writes | null> {
		const { dev } = await stat(this.folder);
		// As makedev(3) packs them.
		const major = Math.floor(dev / 256) % 4096;
		const minor = (dev % 256) + Math.floor(dev / 1_048_576) * 256;
		const rows = ((await this.files.text('/proc/diskstats')) ?? '').split('\n').map((row) => row.trim().split(/\s+/));
		const row =
			rows.find((fields) => Number(fields[0]) === major && Number(fields[1]) === minor) ??
			(await this.#mounted(rows, major, minor));
		if (!row) return null;
		return { device: row[2]!, count: Number(row[7]), sectors: Number(row[9]), ms: Number(row[10]) };
	}

	/** btrfs gives its volumes numbers of their own; the mount tells the device (proc_pid_mountinfo(5)). */
	async #mounted(rows: string[][], major: number, minor: number): Promise<string[] | undefined> {
		const mounts = ((await this.files.text('/proc/self/mountinfo')) ?? '').split('\n');
		const mount = mounts.find((line) => line.split(' ')[2] === `${major}:${minor}`);
		const source = mount?.split(' - ')[1]?.split(' ')[1];
		return source?.startsWith('/dev/') ? rows.find((fields) => fields[2] === basename(source)) : undefined;
	}

	/** ext4 counts its own errors, SCSI disks those of their requests; here those of the last hour, while the service runs. */
	async #errors(device: string): Promise<Figure[]> {
		const [fileSystem, requests] = await Promise.all([
			this.files.number(`/sys/fs/ext4/${device}/errors_count`),
			this.files.number(`/sys/class/block/${device}/device/ioerr_cnt`),
		]);
		if (fileSystem === null && requests === null) return [];
		const count = (fileSystem ?? 0) + (requests ?? 0);
		const at = this.now();
		const counts = this.#errorCounts.filter((known) => known.device === device && known.count <= count);
		if (counts.at(-1)?.count !== count) counts.push({ device, at, count });
		while (counts.length > 1 && at - counts[1]!.at >= errorsToldMs) counts.shift();
		this.#errorCounts = counts;
		return [{ group: 'diskErrors', name: device, value: count - counts[0]!.count, limit: 0 }];
	}
}
