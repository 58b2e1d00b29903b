import * as assert from 'uvu/assert';
import { gridFrameAfter, gridFrameAt } from '../../../pipelines/canvas.js';
import { chain, element, pad } from '../../../pipelines/launch.js';
import { test } from '../../tools/suite.js';

test('every value is quoted', () => {
	assert.is(element('fakesink', { name: 'a', sync: true, 'max-lateness': -1 }), 'fakesink name="a" sync=true max-lateness=-1');
	assert.is(element('filesink', { location: 'a" ! fakesrc \\' }), 'filesink location="a\\" ! fakesrc \\\\"');
});

test('names that are no names, line breaks and numbers that are no numbers are refused', () => {
	assert.throws(() => element('fakesink ! fakesrc'), RangeError);
	assert.throws(() => element('fakesink', { 'a=b': 1 }), RangeError);
	assert.throws(() => element('fakesink', { name: 'a\nb' }), RangeError);
	assert.throws(() => element('fakesink', { 'max-lateness': Number.NaN }), RangeError);
	assert.throws(() => pad('mux', 'video ! x'), RangeError);
});

test('what is absent is left out', () => {
	assert.is(element('queue', { leaky: undefined }), 'queue');
	assert.is(chain('a', false, undefined, 'b'), 'a ! b');
});

test('the frame grid is exact over days', () => {
	const canvas = { width: 2, height: 2, fpsNum: 30_000, fpsDen: 1001 };
	const day = 86_400_000_000_000n;
	const { frame, ptsNs } = gridFrameAfter(day * 30n, canvas);
	assert.is(gridFrameAt(ptsNs, canvas), frame);
	assert.ok(BigInt(ptsNs) > day * 30n - 1n && BigInt(ptsNs) <= day * 30n + 33_366_667n);
	assert.is(gridFrameAfter(BigInt(ptsNs), canvas).frame, frame + 1);
});

test.run();
