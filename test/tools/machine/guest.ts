/** A program inside a virtual machine, whose steps are the tests of a file. */

import * as assert from 'uvu/assert';
import { longTest, type Test, test } from '../suite.js';
import type { Emulator } from './emulator.js';
import { Machine, type MachineOptions } from './machine.js';
import type { Facts, StepResult } from './steps.js';

export interface GuestOptions extends Pick<MachineOptions, 'ownTime'> {
	/** Default: the runner gives a file seven minutes. */
	timeoutMs?: number;
	/** Makes another machine than the one that runs on this machine's own files. */
	machine?: (options: MachineOptions) => Emulator;
}

/** Declares the test of a step of the machine: what became of it, and what else its facts must be. */
type Step = (name: string, check?: (facts: Facts) => void) => void;

/** Runs the program before the tests; gives what declares the test of one of its steps. */
export function guest(
	program: string,
	{ timeoutMs = 400_000, ownTime = false, machine: make = (options) => new Machine(options) }: GuestOptions = {},
): Step {
	const results = new Map<string, StepResult>();
	const asserted = new Set<string>();
	let machine: Emulator;

	test.before(async () => {
		machine = make({
			program,
			timeoutMs,
			ownTime,
			onLine: (line) => results.set(line.step, line),
		});
		await machine.ended;
	});
	test.after(() => {
		const forgotten = [...results.keys()].filter((name) => !asserted.has(name));
		assert.equal(forgotten, [], 'every step of the machine is looked at');
	});

	return (name, check = () => {}) => {
		asserted.add(name);
		(test as Test)(name, () => {
			const result = results.get(name);
			if (!result) throw new Error(`it was not run\n${machine.tail()}`);
			if (result.error) throw new Error(`${result.error}\n${JSON.stringify(result.facts)}`);
			check(result.facts);
		});
	};
}

/** The same for a machine that takes too long for every run. */
export function longGuest(program: string, options: GuestOptions): Step {
	return process.env.R58_LONG ? guest(program, options) : (name) => longTest(name, () => undefined);
}
