/**
 * Capture with real drivers: Debian's kernel in a virtual machine, its modules vivid (HDMI inputs by the single-planar and the
 * multi-planar API) and snd-aloop (a sound card). The hardware is simulated; nothing here says how an R58 behaves.
 */

import * as assert from 'uvu/assert';
import { guest } from '../tools/machine/guest.js';
import type { Facts } from '../tools/machine/steps.js';
import { test } from '../tools/suite.js';

const captured = guest('dist/test/machine/captureGuest.js');

captured('every pixel format is captured (single-planar)', (seen) => assert.is(Object.keys(seen).length, 7));
captured('every pixel format is captured (multi-planar)', (seen) => assert.is(Object.keys(seen).length, 7));

captured(
	'size, rate and format of the input are told, its frames brought to the canvas',
	({ signal, device, before, after, lateMs }) => {
		assert.equal(signal, { present: true, width: 1280, height: 720, fps: 60, format: 'NV12' });
		assert.is(device.driver, 'vivid');
		assert.is(device.bus, 'platform:vivid-000');
		// Up to 60 a second came, as the emulation manages, of which a few are for a canvas of 10 a second.
		const passed = after.frames - after.decimated;
		assert.ok(after.frames - before.frames > 45, `${after.frames - before.frames} frames in 3 s`);
		assert.ok(passed <= after.frames * 0.75, `${passed} of ${after.frames} passed on`);
		assert.is(after.errors, 0);
		assert.is(after.restamped, 0, 'times are those of capture');
		assert.ok(lateMs >= 0 && lateMs < 2000, `the last frame is ${lateMs} ms old`);
	},
);

captured('a lost signal stops the frames at once and nothing else', ({ toldMs, framesMeanwhile }) => {
	assert.ok(toldMs < 5000, `told after ${toldMs} ms`);
	// One may have been on its way while the stats were made.
	assert.ok(framesMeanwhile <= 2, `${framesMeanwhile} frames without a signal`);
});

const undisturbed = ({ link, reader }: Facts) => {
	assert.is(link.disconnected, 0);
	assert.is(reader.connects, 1, 'the reader of the link kept its first connection');
};
captured('a signal that is found again goes on by itself', (facts) => {
	assert.is(facts.signal.width, 1280);
	undisturbed(facts);
});
captured('a signal that cannot be used is told from none');
captured('size and rate change without a word to the link', (facts) => {
	const fps = facts.seen.map(({ signal }: Facts) => signal.fps);
	assert.equal(fps, [30, 50, 25, 60]);
	undisturbed(facts);
});
captured('an interlaced signal is refused by name, a progressive one taken again');
captured('frames that are missing or damaged are counted');
captured('a stream that the driver breaks is started anew');
captured('a device has one opener');
captured('a device that is unplugged and plugged in again goes on by itself', (facts) => {
	assert.is(facts.seen.length, 2);
	assert.equal(facts.errors, [], 'the pipeline did not fail');
	undisturbed(facts);
});
captured('another device in the place of the expected one is refused', ({ fault }) => assert.match(fault.reason, 'elsewhere'));

captured('sound of a card is heard on the link, silence when none plays', ({ silence, tone }) => {
	assert.ok(silence[440] < -80, `${silence[440]} dB before`);
	assert.ok(Math.abs(tone[440] + 20) < 2, `${tone[440]} dB of a tone of −20`);
	assert.ok(tone[1000] < -60, `${tone[1000]} dB where none is`);
});

test.run();
