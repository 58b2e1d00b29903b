import { pino } from 'pino';
import type { Bounded } from './boundedMap.js';
import { LogLines } from './logLines.js';
import { Redaction } from './redaction.js';

/** A pino log with a limiter: `log.onceASecond('source hdmi1').warn('…')` writes at most one line a second per key. */
export type Log = pino.Logger & {
	/**
	 * This log when `key` has not been written for a second, a silent one otherwise. What was held back is counted, and the
	 * count written when the second is over.
	 */
	onceASecond(key: string): pino.Logger;
	/** Keys that are limited now. */
	readonly held: Bounded;
	/** The last lines. */
	readonly lines: LogLines;
	/** Redacts every line before it is written. */
	readonly redaction: Redaction;
};

/** The lowest level that is written, from fewest lines to most. */
export const logLevels = ['error', 'warn', 'info', 'debug'] as const;
export type LogLevel = (typeof logLevels)[number];

export function isLogLevel(text: string): text is LogLevel {
	return (logLevels as readonly string[]).includes(text);
}

const windowMs = 1000;
/** Further keys are silent: nobody reads that many lines a second. */
const keysHeld = 1000;
const silent = pino({ level: 'silent' });

/** JSON lines on stderr; stdout belongs to the ready line. Written synchronously, so that a crash loses none. */
export function createLog(
	level: LogLevel | 'silent' = 'info',
	destination: pino.DestinationStream = pino.destination({ dest: 2, sync: true }),
): Log {
	const lines = new LogLines();
	const redaction = new Redaction();
	const kept: pino.DestinationStream = {
		write(line) {
			const clean = redaction.clean(line);
			lines.add(clean);
			destination.write(clean);
		},
	};
	const log = pino({ level, base: undefined, timestamp: pino.stdTimeFunctions.isoTime }, kept);
	const held = new Map<string, number>();
	let forgotten = 0;

	const closeWindow = (key: string): void => {
		const suppressed = held.get(key)!;
		if (suppressed === 0) {
			held.delete(key);
			return;
		}
		log.warn({ key, suppressed }, 'repeated lines suppressed');
		openWindow(key);
	};
	const openWindow = (key: string): void => {
		held.set(key, 0);
		setTimeout(() => closeWindow(key), windowMs).unref();
	};

	return Object.assign(log, {
		lines,
		redaction,
		held: {
			most: keysHeld,
			get size() {
				return held.size;
			},
			get forgotten() {
				return forgotten;
			},
		},
		onceASecond(this: pino.Logger, key: string): pino.Logger {
			const suppressed = held.get(key);
			if (suppressed !== undefined) {
				held.set(key, suppressed + 1);
				return silent;
			}
			if (held.size >= keysHeld) {
				forgotten += 1;
				return silent;
			}
			openWindow(key);
			return this;
		},
	});
}
