/**
 * The order of the test files, and which of them have the machine to themselves. A file that takes both cores, or judges times,
 * says so in a line of its own: `export const alone = true;`. All others run two at once.
 */

/** What takes little first: it tells soonest. */
const order = ['unit', 'api', 'engine', 'machine', 'browser'];

export interface Plan {
	/** Two at once. */
	together: string[];
	/** After them, one at a time. */
	alone: string[];
}

export function saysAlone(text: string): boolean {
	return /^export const alone = true;$/m.test(text);
}

/** `files` are paths below test/, `textOf` reads one. */
export function planOf(files: string[], textOf: (file: string) => string): Plan {
	const place = (file: string) => order.indexOf(file.split('/')[0]!);
	const sorted = files.toSorted((a, b) => place(a) - place(b) || (a < b ? -1 : 1));
	const alone = sorted.filter((file) => saysAlone(textOf(file)));
	return { together: sorted.filter((file) => !alone.includes(file)), alone };
}
