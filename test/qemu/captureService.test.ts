/**
 * The whole service with capture devices and sound, in a virtual machine as capture.test.ts explains. Only in test:long: a
 * dozen emulated processes do not always keep up.
 */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type Facts, guest } from '../tools/guest.js';

const served = process.env.R58_LONG ? guest('dist/test/qemu/serviceGuest.js') : () => {};

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
served('the sound of a card is heard with the picture and recorded', ({ refused, levelDb, seconds, codecs, bands }) => {
	assert.is(refused, 400, 'only names of cards reach a pipeline');
	assert.ok(Math.abs(levelDb + 20) < 4, `level ${levelDb} dB`);
	assert.ok(seconds > 2.5);
	assert.equal(codecs.sort(), ['aac', 'h264']);
	assert.ok(bands[440] > -26 && bands[1000] < -50, JSON.stringify(bands));
});
const sameHost = ({ before, after }: Facts) => {
	assert.is(after.pid, before.pid, 'its process went on');
	assert.is(after.health, 200, 'the program stayed on air');
};
served('a lost signal shows as such in the state and comes back', (facts) => {
	assert.is(facts.lost.video, null);
	assert.match(facts.lost.lastError, 'no signal');
	assert.equal(facts.found.video, { width: 1920, height: 1080, fps: 30 });
	assert.is(facts.found.lastError, null);
	sameHost(facts);
});
served('an unplugged device is a fault with a remedy and the same source when it is back', (facts) => {
	const fault = facts.fault.find(({ code }: Facts) => code === 'input');
	assert.is(fault.subject, 'hdmi1');
	assert.ok(fault.remedy);
	assert.is(facts.out.state, 'fault');
	assert.is(facts.back.state, 'live');
	sameHost(facts);
});

test.run();
