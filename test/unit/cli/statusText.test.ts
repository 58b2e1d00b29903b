import * as assert from 'uvu/assert';
import { statusText } from '../../../service/cli/statusText.js';
import type { Status } from '../../../service/contract/system.js';
import { hostSamples } from '../../../service/health/metrics.js';
import { test } from '../../tools/suite.js';

/** As the elements of the plugin count what did not get through. */
const counters = {
	'link-writer': { skipped: 1, dropped: 2, overrun: 3, disconnected: 4, refused: 5, buffers: 6, readers: 7 },
	'link-reader': { late: 8, lost: 9, synthesised: 10, jumped: 11, skipped: 0 },
	mixer: { lateFrames: 12, lateBlocks: 13, skippedFrames: 14, skippedBlocks: 15, repeated: 16, unsent: 17 },
};
const host = { role: 'source', name: 'hdmi1', pid: 1, state: 'running', restarts: 0, cpuPct: 1, rssBytes: 1, elements: counters };

test('the status names whatever was dropped, and nothing that was not', () => {
	const status = {
		version: '1',
		uptimeS: 1,
		onAir: true,
		safeMode: false,
		service: { pid: 1, rssBytes: 1 },
		hosts: [host],
		faults: [],
	};
	const text = statusText(status as unknown as Status);
	const drops = text.slice(text.indexOf('DROPS'), text.indexOf('FAULTS'));
	for (const [name, count] of Object.values(counters).flatMap((found) => Object.entries(found)))
		if (name !== 'buffers' && name !== 'readers') assert.is(drops.includes(`${name} ${count}`), count > 0, `${name} in ${drops}`);
	assert.not.ok(drops.includes('buffers'));
});

test('whatever an element counts is in the metrics by its name', () => {
	const samples = hostSamples({ 'source hdmi1': { elements: counters } });
	const figureOf = (name: string, element: string) =>
		samples.find((sample) => sample.name === name && sample.labels.element === element)?.value;
	assert.is(figureOf('r58_host_refused', 'link-writer'), 5);
	assert.is(figureOf('r58_host_jumped', 'link-reader'), 11);
	assert.is(figureOf('r58_host_skipped_frames', 'mixer'), 14);
	assert.is(
		samples.length,
		Object.values(counters).reduce((sum, found) => sum + Object.keys(found).length, 0),
	);
});

test.run();
