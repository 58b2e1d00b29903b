import * as assert from 'uvu/assert';
import { failuresIn, type Outcome, outcomeOf, wordFor } from '../../tools/outcome.js';
import { test } from '../../tools/suite.js';

const summary = (total: number, passed: number, skipped = 0) =>
	`\n  Total:     ${total}\n  Passed:    ${passed}\n  Skipped:   ${skipped}\n  Duration:  1.00ms\n`;
const seen = (output: string, ending: string | null = null): [string, number, number] => {
	const outcome: Outcome = outcomeOf(output, ending);
	return [wordFor(outcome).trim(), outcome.passed, outcome.failed];
};

test('tests that passed and failed are counted', () => {
	assert.equal(seen(summary(3, 3)), ['ok', 3, 0]);
	assert.equal(seen(summary(3, 2), 'exit code 1'), ['FAIL', 2, 1]);
});

test('a file without tests has failed, one that says what it leaves out is skipped', () => {
	assert.equal(seen(summary(0, 0)), ['FAIL', 0, 1]);
	assert.equal(seen(`skipped: an hour of show: too long\n${summary(0, 0)}`), ['skip', 0, 0]);
	assert.equal(seen(summary(0, 0, 2)), ['skip', 0, 0]);
	assert.equal(outcomeOf(summary(4, 4, 2), null).skipped, ['2 of its tests are switched off']);
});

test('what could not be judged is neither passed nor failed', () => {
	const busy = `inconclusive: a cut: others took 60 % of the processor; it said: late\n${summary(3, 3)}`;
	assert.equal(seen(busy), ['open', 2, 0]);
	assert.is(outcomeOf(busy, null).inconclusive.length, 1);
	// A real failure beside it counts.
	assert.equal(seen(busy.replace('Passed:    3', 'Passed:    2'), 'exit code 1'), ['FAIL', 1, 1]);
});

test('a process that ends before its tests, or crashes after them, has failed', () => {
	assert.equal(seen('hello\n', 'ended by SIGSEGV'), ['FAIL', 0, 1]);
	assert.equal(seen(summary(3, 3), 'ended by SIGSEGV'), ['FAIL', 3, 1]);
	assert.equal(seen(summary(3, 3), 'not done within 420 s'), ['FAIL', 3, 1]);
});

test('each failed test is named with its reason', () => {
	const told = (suite: string, title: string, reason: string) =>
		`\n   FAIL  ${suite}"${title}"\n    ${reason}\n\n    at Object.handler\n`;
	const output = `• ✘ ✘${told('', 'a cut', '2 frames  (ok)')}${told('sound  ', 'a "loud" tone', 'late')}`;
	assert.equal(failuresIn(output), ['a cut: 2 frames  (ok)', 'a "loud" tone: late']);
});

test.run();
