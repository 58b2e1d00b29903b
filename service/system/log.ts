import { pino } from 'pino';

/** A pino log with a limiter: `log.onceASecond('source hdmi1').warn('…')` writes one line a second for that key. */
export type Log = pino.Logger & {
	/**
	 * This log when `key` has not been written for a second, a silent one otherwise. What was held back is counted, and the
	 * count written when the second is over.
	 */
	onceASecond(key: string): pino.Logger;
};

const windowMs = 1000;
const silent = pino({ level: 'silent' });

/** JSON lines on stderr; stdout belongs to the ready line. Written at once, so that a crash loses none. */
export function createLog(
	level = process.env.R58_LOG ?? 'info',
	destination: pino.DestinationStream = pino.destination({ dest: 2, sync: true }),
): Log {
	const log = pino({ level, base: undefined, timestamp: pino.stdTimeFunctions.isoTime }, destination);
	const held = new Map<string, number>();

	const closeWindow = (key: string): void => {
		const suppressed = held.get(key)!;
		if (suppressed === 0) {
			held.delete(key);
			return;
		}
		log.warn({ key, suppressed }, 'more of the same');
		openWindow(key);
	};
	const openWindow = (key: string): void => {
		held.set(key, 0);
		setTimeout(() => closeWindow(key), windowMs).unref();
	};

	return Object.assign(log, {
		onceASecond(this: pino.Logger, key: string): pino.Logger {
			const suppressed = held.get(key);
			if (suppressed !== undefined) {
				held.set(key, suppressed + 1);
				return silent;
			}
			openWindow(key);
			return this;
		},
	});
}
