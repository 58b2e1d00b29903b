import { StudioError } from '../util/errors.js';

/** Waits for work this long, then throws `timeout`. Work that is done after all is handed to `late`, which undoes it. */
export function beforeDeadline<T>(work: Promise<T>, ms: number, late: (done: T) => void): Promise<T> {
	return new Promise((resolve, reject) => {
		let passed = false;
		const timer = setTimeout(() => {
			passed = true;
			reject(new StudioError('timeout', `the studio is too busy to answer: nothing came within ${ms / 1000} s`, undefined, 2));
		}, ms);
		work.then(
			(done) => {
				clearTimeout(timer);
				if (passed) late(done);
				else resolve(done);
			},
			(error: unknown) => {
				clearTimeout(timer);
				reject(error);
			},
		);
	});
}
