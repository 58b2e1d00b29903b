import { StudioError } from '../util/errors.js';

/** What only tests change, with `--test NAME=VALUE`; with the smallest and largest value of each. */
const bounds = {
	/** How long a lost guest keeps the seat. */
	seatMs: [1, 600_000],
	/** A strip without sound for this long counts as silent. */
	quietMs: [1, 600_000],
	/** How long the program's frames may stand still before the watchdog is no longer fed. */
	programDeadlineMs: [1, 600_000],
	/** A host with this many failures a minute is held off. */
	holdOffFailures: [1, 1000],
	/** 1: the demo inputs flash and beep once a second, for the offset of picture and sound. */
	demoFlash: [0, 1],
} satisfies Record<string, [least: number, most: number]>;

export type TestOptions = Partial<Record<keyof typeof bounds, number>>;

/** Throws StudioError `invalid` that names the word. */
export function parseTestOptions(words: string[]): TestOptions {
	return Object.fromEntries(
		words.map((word) => {
			const [, name = '', value = ''] = /^(\w+)=(\d+)$/.exec(word) ?? [];
			if (!Object.hasOwn(bounds, name)) throw wrong(word, `not NAME=VALUE with one of ${Object.keys(bounds).join(', ')}`);
			const [least, most] = bounds[name as keyof typeof bounds];
			if (!(Number(value) >= least && Number(value) <= most)) throw wrong(word, `${least} to ${most}, not ${value}`);
			return [name, Number(value)];
		}),
	);
}

function wrong(word: string, message: string): StudioError {
	return new StudioError('invalid', `--test ${word}: ${message}`);
}
