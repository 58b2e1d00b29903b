import * as assert from 'uvu/assert';
import { SlidingWindow } from '../../../service/util/slidingWindow.js';
import { test } from '../../tools/suite.js';

test('so many in the last while, then as long as until the oldest of them is over', () => {
	const window = new SlidingWindow(1000, 2);
	assert.is(window.waitMs('a', 0), 0);
	window.add('a', 0);
	assert.is(window.waitMs('a', 100), 0);
	window.add('a', 300);
	assert.equal(
		[300, 999, 1000, 1299].map((at) => window.waitMs('a', at)),
		[700, 1, 0, 0],
	);
	assert.is(window.waitMs('b', 300), 0, 'others may');
	window.add('a', 1000);
	assert.equal([window.waitMs('a', 1100), window.waitMs('a', 1300)], [200, 0]);
	window.forget('a');
	assert.is(window.waitMs('a', 1100), 0);
});

test('who did it more often than that waits until fewer are left, and is one key of a bounded table', () => {
	const window = new SlidingWindow(1000, 2);
	for (const at of [0, 300, 500]) window.add('a', at);
	assert.equal([window.waitMs('a', 600), window.keys.size], [700, 1]);
	for (let i = 0; i <= window.keys.most; i += 1) window.add(`client ${i}`, 600);
	assert.is(window.keys.size, window.keys.most);
});

test('sweeping forgets those whose last time is over, and nobody else', () => {
	const window = new SlidingWindow(1000, 1);
	window.add('old', 0);
	window.add('new', 1);
	window.sweep(1000);
	// What is forgotten was over anyway; looked at from an earlier time it shows.
	assert.equal([window.waitMs('old', 500), window.waitMs('new', 500)], [0, 501]);
});

test.run();
