/** What became of a test file, read from what its process printed. */

export interface Outcome {
	passed: number;
	failed: number;
	/** What was left out, each with its reason. */
	skipped: string[];
	/** What the machine gave no chance to be judged, each with the reason (quiet.ts). */
	inconclusive: string[];
	/** What ended it other than its tests. */
	failure: string | null;
}

/** Each failed test of a file, with the first line of its reason. */
export function failuresIn(output: string): string[] {
	return [...output.matchAll(/^\s*FAIL\s.*?"(.*)"\n+\s*(.*)$/gm)].map(([, title, reason]) => `${title}: ${reason}`);
}

/** `ending` is how the process ended, null for exit code 0. */
export function outcomeOf(output: string, ending: string | null): Outcome {
	const total = sum(output, 'Total');
	const told = (word: string) => [...output.matchAll(new RegExp(`^${word}: (.+)$`, 'gm'))].map((match) => match[1]!);
	const inconclusive = told('inconclusive');
	const skipped = told('skipped');
	const left = sum(output, 'Skipped') ?? 0;
	if (left > 0) skipped.push(`${left} of its tests are switched off`);
	const none = { passed: 0, failed: 1, skipped, inconclusive };
	if (total === null) return { ...none, failure: ending ?? 'ended before its tests did' };
	if (total === 0 && skipped.length === 0) return { ...none, failure: 'has no tests' };
	// uvu knows only passed and failed (those switched off are not in its total): what was not judged has thrown nothing.
	const passed = sum(output, 'Passed')! - inconclusive.length;
	const failed = total - passed - inconclusive.length;
	// Tests that all passed in a process that then crashed are no success; a failed test makes the exit code 1 by itself.
	if (ending !== null && failed === 0) return { ...none, passed, failure: ending };
	return { passed, failed, skipped, inconclusive, failure: ending === 'exit code 1' ? null : ending };
}

/** `ok` is what has passed tests and nothing else. */
export function wordFor({ passed, failed, inconclusive }: Outcome): string {
	if (failed > 0) return 'FAIL';
	if (inconclusive.length > 0) return 'open';
	return passed > 0 ? 'ok  ' : 'skip';
}

/** uvu's figures of all suites of the file; what is printed last is its own. */
function sum(output: string, word: 'Total' | 'Passed' | 'Skipped'): number | null {
	const match = [...output.matchAll(new RegExp(`^\\s*${word}:\\s+(\\d+)`, 'gm'))].at(-1);
	return match ? Number(match[1]) : null;
}
