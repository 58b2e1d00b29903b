import * as assert from 'uvu/assert';
import { OnAir } from '../../../service/encoders/onAir.js';
import { linkEvent } from '../../tools/elementEvents.js';
import { supervised } from '../../tools/fakeHosts.js';
import { test } from '../../tools/suite.js';

function encoded() {
	const { host } = supervised({ role: 'encoder', name: 'program' });
	let keys = 0;
	const onAir = new OnAir(host, 'program-h264', () => keys++);
	const count = (buffers: number, element = 'program-h264') => host.emit('event', linkEvent(element, buffers));
	const key = (ptsNs: string) =>
		host.emit('event', { factory: 'r58linksink', element: 'program-h264', event: 'key', data: { ptsNs } });
	return { host, onAir, count, key, keys: () => keys };
}

/** Runs with the monotonic clock this much later. */
function later<T>(ms: number, look: () => T): T {
	const { now } = performance;
	performance.now = () => now.call(performance) + ms;
	try {
		return look();
	} finally {
		performance.now = now;
	}
}

test('the program is off air before its encoder has made a frame', () => {
	const { onAir, count } = encoded();
	assert.not(onAir.now);
	count(0, 'program-aac');
	assert.not(onAir.now, 'sound alone is no picture');
});

test('it is on air while frames advance, and off two seconds after the last', () => {
	const { onAir, count } = encoded();
	count(30);
	assert.ok(onAir.now);
	assert.ok(later(1_900, () => onAir.now));
	assert.not(later(2_100, () => onAir.now));
});

test('figures that stand still are no frames', () => {
	const { onAir, count } = encoded();
	count(30);
	later(1_500, () => count(30));
	assert.not(later(2_100, () => onAir.now));
	later(1_500, () => count(31));
	assert.ok(later(2_100, () => onAir.now));
});

test('key frames are remembered and told until the encoder ends', () => {
	const { host, onAir, key, keys } = encoded();
	key('1000000000');
	key('2000000000');
	assert.is(keys(), 2);
	assert.ok(onAir.now);
	assert.is(onAir.keyFrames.before(1_500_000_000n), 1_000_000_000n);
	host.emit('down', 'it crashed');
	assert.is(onAir.keyFrames.before(1_500_000_000n), null);
});

test.run();
