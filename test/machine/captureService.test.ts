/**
 * The whole service with capture devices and sound, in a virtual machine as capture.test.ts explains. A dozen processes are
 * more than can be emulated as fast as they run, so the machine has a time of its own; it takes eight minutes or more, and test:long has it.
 */

import * as assert from 'uvu/assert';
import { longGuest } from '../tools/machine/guest.js';
import type { Facts } from '../tools/machine/steps.js';
import { test } from '../tools/suite.js';

const served = longGuest('dist/test/machine/serviceGuest.js', { ownTime: true, timeoutMs: 1_200_000 });

served('a machine without inputs says so and what to do', ({ sources, faults }) => {
	assert.equal(sources, {});
	const fault = faults.find(({ code }: Facts) => code === 'no-inputs');
	assert.ok(fault?.remedy);
});
served('a device that is plugged in is a source of its own size and rate', ({ ids, source, faults, soundCards }) => {
	assert.equal(ids, ['hdmi1']);
	assert.is(source.kind, 'hdmi');
	assert.equal(source.video, { width: 1280, height: 720, fps: 25 });
	assert.not.ok(faults.some(({ code }: Facts) => code === 'no-inputs' || code === 'input'));
	assert.ok(soundCards > 0);
});
served('the sound of a card is heard with the picture', ({ refused, levelDb }) => {
	assert.is(refused, 400, 'only names of cards reach a pipeline');
	assert.ok(Math.abs(levelDb + 20) < 4, `level ${levelDb} dB`);
});
const sameHost = ({ before, after }: Facts) => {
	assert.is(after.pid, before.pid, 'its process went on');
	assert.is(after.health, 200, 'the program stayed on air');
};
served('a recording is started');
served('an unplugged sound card is a fault with a remedy and is heard again when it is back', (facts) => {
	assert.match(facts.fault.message, 'hw:CARD=Loopback,DEV=1');
	assert.ok(facts.fault.remedy);
	assert.is(facts.picture, 'live', 'the picture goes on without it');
	sameHost(facts);
});
served('an unplugged camera is a fault with a remedy and the same source at another node', (facts) => {
	assert.ok(facts.fault.remedy);
	assert.is(facts.out.state, 'fault');
	assert.is(facts.back.lastError, null);
	assert.equal([facts.before.node, facts.after.node], ['/dev/video0', '/dev/video1']);
	sameHost(facts);
});
served('the recording has every frame, and the sound before and after', ({ parts, codecs, cadence, begin, end }) => {
	assert.is(parts, 1);
	assert.equal(codecs.sort(), ['aac', 'h264']);
	assert.ok(cadence.frames > 20);
	assert.equal([cadence.missing, cadence.repeated], [0, 0], JSON.stringify(cadence));
	for (const bands of [begin, end]) assert.ok(bands[440] > -26 && bands[1000] < -50, JSON.stringify(bands));
});
served('a lost signal shows as such in the state and comes back', (facts) => {
	assert.is(facts.lost.video, null);
	assert.match(facts.lost.lastError, 'no signal');
	assert.equal(facts.found.video, { width: 1920, height: 1080, fps: 30 });
	assert.is(facts.found.lastError, null);
	assert.ok(facts.silenceDb <= -60);
	sameHost(facts);
});

test.run();
