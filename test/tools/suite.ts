import * as uvu from 'uvu';

export type { Test } from 'uvu';

/** What goes wrong before the tests is told: uvu counts them all as failed and keeps the reason to itself. */
function telling<T>(test: uvu.Test<T>): uvu.Test<T> {
	const { before } = test;
	test.before = Object.assign(
		(hook: uvu.Callback<T>) =>
			before(async (context) => {
				try {
					await hook(context);
				} catch (error) {
					console.error('before the tests:', error);
					throw error;
				}
			}),
		{ each: before.each },
	);
	return test;
}

export function suite<T = uvu.Context>(name?: string): uvu.Test<T> {
	return telling(uvu.suite<T>(name));
}

export const test = telling(uvu.test);
