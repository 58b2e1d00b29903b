import * as assert from 'uvu/assert';
import { partName, partOf } from '../../../service/recordings/track.js';
import { test } from '../../tools/suite.js';

test('the files of a track are named by its prefix and their part', () => {
	assert.is(partName('program', 1), 'program-001.mp4');
	for (const [prefix, part] of [
		['program', 12],
		['hdmi1', 1],
		['rtp-0a1b2c3d', 1000],
	] as const)
		assert.equal(partOf(partName(prefix, part)), { prefix, part });
});

test('other files are of no track', () => {
	for (const name of ['program.mp4', 'program-000.mp4', 'program-1.mp4.part', '-001.mp4', 'log.csv', ''])
		assert.is(partOf(name), null, name);
});

test.run();
