import * as assert from 'uvu/assert';
import { maxReturns } from '../../../service/rtc/places.js';
import { returnsFull, viewersFull } from '../../../service/streamers/viewerLimits.js';
import { test } from '../../tools/suite.js';

test('the setting says how many may watch, and the refusal names it', () => {
	assert.is(viewersFull(49, 50), null);
	assert.match(viewersFull(50, 50)!, /^50 people are watching.*network\.limits\.viewers/);
	assert.ok(viewersFull(51, 50));
	assert.ok(viewersFull(0, 0));
});

test('returns have places for every guest and one who looks', () => {
	assert.is(returnsFull(maxReturns - 1), null);
	assert.match(returnsFull(maxReturns)!, new RegExp(`${maxReturns} viewers`));
});

test.run();
