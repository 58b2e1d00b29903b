import * as assert from 'uvu/assert';
import { GuestDelay } from '../../../service/sources/guestDelay.js';
import { test } from '../../tools/suite.js';

/** Tells it the lateness twice a second for so long; gives what came of it at the end. */
function run(delay: GuestDelay, lateMs: number, fromS: number, toS: number): number {
	for (let s = fromS; s < toS; s += 0.5) delay.next(lateMs, s * 1000);
	return delay.ms;
}

test('a line that got worse is followed at once, up to 200 ms', () => {
	const delay = new GuestDelay();
	assert.is(delay.ms, 60);
	assert.is(delay.next(90, 1000), 95);
	assert.is(delay.next(290, 1500), 200);
});

test('a good line is worth less delay: 10 ms for each 10 s of calm, down to 40 ms', () => {
	const delay = new GuestDelay();
	assert.is(run(delay, 12, 0, 9.5), 60);
	assert.is(run(delay, 12, 9.5, 11), 50);
	assert.is(run(delay, 12, 11, 60), 40);
});

test('lateness near the delay keeps it, and begins the calm anew', () => {
	const delay = new GuestDelay();
	assert.is(run(delay, 52, 0, 30), 60);
	assert.is(run(delay, 12, 30, 39), 60);
	run(delay, 52, 39, 40);
	assert.is(run(delay, 12, 40, 49), 60);
	assert.is(run(delay, 12, 49, 51), 50);
});

test('a delay falls when its calm is over, is never below what is needed, and rounds up', () => {
	const delay = new GuestDelay();
	assert.is(delay.next(60.2, 0), 66);
	assert.is(delay.next(51.1, 9999), 66, 'near it: the calm begins anew');
	assert.equal([delay.next(12, 19_998), delay.next(12, 19_999)], [66, 56]);
	assert.equal([delay.next(12, 29_998), delay.next(12, 29_999)], [56, 46]);
	assert.is(delay.next(12, 60_000), 46, 'not below 40 ms');
});

test.run();
