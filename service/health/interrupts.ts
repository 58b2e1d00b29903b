import { type Figure, Interval, type Probe } from './figures.js';
import type { MachineFiles } from './files.js';

/** Above this rate a line is in a storm: a flickering capture chip or a floating wire keeps a core busy. */
export const stormPerS = 20_000;
/** Lines get a curve once this busy, up to this many, so that the history stays small. */
const shownFromPerS = 100;
const mostLines = 24;
/** Timers fire with the load of the machine. */
const timers = /timer|hpet|rtc/i;

/** Interrupts per second, in total and by line, from /proc/interrupts. Device lines only: interrupts between cores come in bursts. */
export class Interrupts implements Probe {
	#interval = new Interval();
	#before = new Map<string, number>();
	#shown = new Set<string>();

	constructor(private readonly files: MachineFiles) {}

	async read(): Promise<Figure[]> {
		const text = await this.files.text('/proc/interrupts');
		if (text === null) return [];
		const now = parse(text);
		const seconds = this.#interval.next();
		const before = this.#before;
		this.#before = now;
		if (seconds === null) return [];
		const rates = [...now].map(([name, count]) => ({ name, value: Math.round((count - (before.get(name) ?? count)) / seconds) }));
		const all = rates.reduce((sum, { value }) => sum + value, 0);
		const busyFirst = rates.sort((a, b) => b.value - a.value);
		for (const { name, value } of busyFirst) {
			// A storm is shown however many lines were busy before.
			if (value > stormPerS || (value >= shownFromPerS && this.#shown.size < mostLines)) this.#shown.add(name);
		}
		const lines = busyFirst.filter(({ name }) => this.#shown.has(name));
		return [
			{ group: 'interrupts', name: 'all devices', value: all },
			...lines.map(({ name, value }): Figure => ({ group: 'interrupts', name, value, limit: stormPerS })),
		];
	}
}

/** Count over all cores by "number device"; the last column names the devices of the line. */
export function parse(text: string): Map<string, number> {
	const [head = '', ...lines] = text.split('\n');
	const cores = head.trim().split(/\s+/).length;
	const all = new Map<string, number>();
	for (const line of lines) {
		const match = /^\s*(\d+):\s+(.*)$/.exec(line);
		if (!match) continue;
		const fields = match[2]!.split(/\s+/);
		const device = match[2]!
			.split(/\s{2,}/)
			.at(-1)!
			.trim();
		if (timers.test(device)) continue;
		const count = fields.slice(0, cores).reduce((sum, field) => sum + Number(field), 0);
		if (Number.isFinite(count)) all.set(`${match[1]} ${device}`, count);
	}
	return all;
}
