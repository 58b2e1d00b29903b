import * as assert from 'uvu/assert';
import { Slots } from '../../../service/mixer/slots.js';
import type { StudioError } from '../../../service/util/errors.js';
import { test } from '../../tools/suite.js';

test('a source takes the first free slot and keeps it; when all are taken the next is refused', () => {
	const slots = new Slots(3);
	assert.equal([slots.total, slots.used, slots.sourceOf(0), slots.sourceOf(9), slots.slotOf('a')], [3, 0, null, null, undefined]);
	assert.equal(
		['a', 'b', 'a', 'c'].map((source) => slots.take(source)),
		[0, 1, 0, 2],
	);
	assert.equal([slots.used, slots.slotOf('a'), slots.slotOf('c'), slots.sourceOf(1)], [3, 0, 2, 'b']);
	try {
		slots.take('d');
		assert.unreachable();
	} catch (error) {
		const { code, message, retryAfterS } = error as StudioError;
		assert.equal([code, retryAfterS], ['no-slot', 30]);
		assert.match(message, /^all 3 mixer inputs are in use; remove/);
	}
	slots.free('nobody');
	assert.is(slots.used, 3);
	slots.free('a');
	assert.equal([slots.used, slots.slotOf('a'), slots.take('d'), slots.sourceOf(0)], [2, undefined, 0, 'd']);
});

test.run();
