/** Runs named checks inside a virtual machine and prints what became of each as one line of JSON. */

// biome-ignore lint/suspicious/noExplicitAny: each step has facts of its own
export type Facts = Record<string, any>;

export interface StepResult {
	step: string;
	error: string | null;
	/** What was seen, for the log and for the test that asserts it. */
	facts: Facts;
	ms: number;
}

export async function step(name: string, check: () => Promise<Facts | undefined>): Promise<void> {
	const started = performance.now();
	let error: string | null = null;
	let facts: Facts = {};
	try {
		facts = (await check()) ?? {};
	} catch (thrown) {
		error = thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown);
	}
	const result: StepResult = { step: name, error, facts, ms: Math.round(performance.now() - started) };
	process.stdout.write(`${JSON.stringify(result)}\n`);
}
