import * as assert from 'uvu/assert';
import { checkReturn, checkViewer, maxReturns, type Watcher } from '../../../service/rtc/places.js';
import { StudioError } from '../../../service/util/errors.js';
import { test } from '../../tools/suite.js';

const viewers = 24;

/** Comes until refused; resolves with how many came and the code of the refusal. */
function fill(watchers: Watcher[], next: Watcher, check: (watcher: Watcher, watchers: Watcher[]) => void): [number, string] {
	for (let count = 0; ; count++) {
		try {
			check(next, watchers);
		} catch (error) {
			if (!(error instanceof StudioError)) throw error;
			assert.ok(error.retryAfterS! > 0);
			return [count, error.code];
		}
		watchers.push(next);
		assert.ok(count < 1000);
	}
}
const viewer = (watcher: Watcher, watchers: Watcher[]) => checkViewer(watcher, watchers, viewers);

test('one link takes its share, others what is left, and places for the multiview and staff remain', () => {
	const watchers: Watcher[] = [];
	const link = (token: string) => ({ streamer: 'program', token, staff: false });
	assert.equal(fill(watchers, link('one'), viewer), [15, 'rate-limited']);
	assert.equal(fill(watchers, link('two'), viewer), [5, 'busy']);
	assert.equal(fill(watchers, { streamer: 'multiview', token: 'wall', staff: false }, viewer), [2, 'busy']);
	assert.equal(fill(watchers, { streamer: 'multiview', token: 'operator', staff: true }, viewer), [2, 'busy']);
	assert.is(watchers.length, viewers);
});

test('a link for the multiview alone leaves places for staff', () => {
	const watchers: Watcher[] = [];
	for (const token of ['one', 'two', 'three']) fill(watchers, { streamer: 'multiview', token, staff: false }, viewer);
	assert.equal(fill(watchers, { streamer: 'program', token: 'operator', staff: true }, viewer), [2, 'busy']);
});

test('staff may use every place, and a studio for one viewer serves one', () => {
	assert.equal(fill([], { streamer: 'program', token: 'operator', staff: true }, viewer), [viewers, 'busy']);
	assert.equal(
		fill([], { streamer: 'program', token: 'one', staff: false }, (watcher, watchers) => checkViewer(watcher, watchers, 1)),
		[1, 'busy'],
	);
});

test('who looks at returns leaves one to every guest, also to those who come later', () => {
	const watchers: Watcher[] = [];
	assert.equal(fill(watchers, { streamer: 'return-ada', token: 'operator', staff: true }, checkReturn), [maxReturns / 2, 'busy']);
	for (let i = 0; i < maxReturns / 2; i++)
		assert.equal(fill(watchers, { streamer: `return-${i}`, token: String(i), staff: false }, checkReturn), [1, 'busy']);
	assert.is(watchers.length, maxReturns);
});

test.run();
