import * as assert from 'uvu/assert';
import type { EventData } from '../../../pipelines/events.js';
import type { Levels } from '../../../service/contract/events.js';
import { ProgramLevels } from '../../../service/mixer/levels.js';
import { linkEvent, mixerEvent, mixerStats } from '../../tools/elementEvents.js';
import { supervised } from '../../tools/fakeHosts.js';
import { test } from '../../tools/suite.js';

const slots: Record<number, string> = { 0: 'hdmi1', 3: 'guest-a' };

function measured() {
	const { host } = supervised();
	const levelDb: [string, number][] = [];
	const master: number[] = [];
	const levels = new ProgramLevels({
		host,
		sourceOf: (slot) => slots[slot] ?? null,
		onLevel: (source, level) => levelDb.push([source, level]),
		onMaster: (level) => master.push(level),
	});
	const measure = (data: EventData<'r58mixer', 'levels'>) => host.emit('event', mixerEvent({ event: 'levels', data }));
	return { host, levels, levelDb, master, measure };
}

test('levels come by source, with those of the program; slots that nobody has are left out', () => {
	const { levels, measure } = measured();
	const heard: Levels[] = [];
	levels.on((all) => heard.push(all));
	measure({ slots: { 0: [-20, -30], 3: [-60, -40], 7: [-1, -1] }, master: [-12, -14] });
	assert.equal(heard, [{ master: [-12, -14], hdmi1: [-20, -30], 'guest-a': [-60, -40] }]);
});

test('who has stopped listening hears nothing more', () => {
	const { levels, measure } = measured();
	let heard = 0;
	const stop = levels.on(() => heard++);
	measure({ slots: {}, master: [-12, -12] });
	stop();
	measure({ slots: {}, master: [-12, -12] });
	assert.is(heard, 1);
});

test('the louder side counts: of the program each time, of sources once a second', () => {
	const { levelDb, master, measure } = measured();
	for (let i = 0; i < 20; i++) measure({ slots: { 0: [-30, -20 - i] }, master: [-40, -13] });
	assert.equal(master, Array(20).fill(-13));
	assert.equal(levelDb, [['hdmi1', -20]]);
});

test('what other elements say is not taken for levels', () => {
	const { host, master } = measured();
	host.emit('event', linkEvent('program-audio'));
	host.emit('event', mixerEvent({ event: 'stats', data: mixerStats() }));
	assert.equal(master, []);
});

test.run();
