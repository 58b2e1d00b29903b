import * as uvu from 'uvu';
import { onQuietMachine } from './quiet.js';

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

/** A suite whose tests judge times or single frames: they count when the machine was quiet (quiet.ts). They run alone. */
export function timedSuite<T = uvu.Context>(name?: string): uvu.Test<T> {
	const tests = suite<T>(name);
	const timed = (title: string, judge: uvu.Callback<T>) => tests(title, (context) => onQuietMachine(title, () => judge(context)));
	return Object.assign(timed, tests) as uvu.Test<T>;
}

/** A test that takes too long for every run: `npm run test:long` has it, the others tell that they skipped it. */
export function longTest(title: string, judge: uvu.Callback<uvu.Context>): void {
	if (process.env.R58_LONG) test(title, judge);
	else process.stdout.write(`skipped: ${title}: takes too long for every run (npm run test:long)\n`);
}
