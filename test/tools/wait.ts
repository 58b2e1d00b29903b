import { within as bounded } from '../../service/util/within.js';

/**
 * Ends a wait that would last for ever, and judges nothing: a busy machine takes as long as it takes. Who judges how long
 * something takes gives a bound of his own.
 */
export const patienceMs = 120_000;

export interface Wait {
	/** What is waited for, as it stands in the message: "hdmi1 to be live". */
	what: string;
	timeoutMs?: number;
	everyMs?: number;
}

type Truthy<T> = Exclude<T, false | 0 | '' | null | undefined>;

/**
 * Polls a condition until it gives something true, and returns that. An error thrown by the condition counts as "not yet"
 * and is told when time is up. The condition itself may hang; the deadline holds all the same.
 */
export async function until<T>(
	condition: () => T | Promise<T>,
	{ what, timeoutMs = patienceMs, everyMs = 50 }: Wait,
): Promise<Truthy<T>> {
	const deadline = performance.now() + timeoutMs;
	let last: unknown = 'nothing yet';
	while (performance.now() < deadline) {
		try {
			const value = await within(Promise.resolve(condition()), deadline - performance.now(), 'the condition');
			if (value) return value as Truthy<T>;
			last = value;
		} catch (error) {
			// What was seen before says more than that the last look came too late.
			if (performance.now() < deadline || last === 'nothing yet') last = error;
		}
		await pause(everyMs);
	}
	const seen = last instanceof Error ? last.message : JSON.stringify(last);
	throw new Error(`waited ${timeoutMs} ms for ${what} in vain (last seen: ${seen})`);
}

/** The promise, or an error that names `what` when it takes longer. */
export function within<T>(promise: Promise<T>, timeoutMs: number, what: string): Promise<T> {
	return bounded(promise, timeoutMs, () => {
		throw new Error(`${what}: no answer within ${Math.round(timeoutMs)} ms`);
	});
}

/** For measuring windows and polling; never a way to wait for something to happen. */
export function pause(ms: number): Promise<void> {
	return new Promise((resolve) => setTimeout(resolve, ms));
}
