import * as assert from 'uvu/assert';
import { Readings } from '../../../panel/pages/health/readings.js';
import type { SystemHistory } from '../../../service/contract/health.js';
import { suite } from '../../tools/suite.js';

/** An hour of figures as the panel puts it together from what is new. */
const test = suite('readings of the panel');
const minute = 60_000;

function answer(times: number[], series: Record<string, (number | null)[]>): SystemHistory {
	return {
		intervalMs: 5000,
		groups: [{ id: 'cpu', label: 'Processor', unit: '%' }],
		times,
		series: Object.entries(series).map(([name, values]) => ({ group: 'cpu', name, limit: 90, values })),
		notMeasured: ['the temperature'],
	};
}

test('answers follow each other; who comes later or goes away has gaps, and what is older than an hour is left out', () => {
	const readings = new Readings();
	assert.is(readings.since, 0);
	readings.add(answer([minute, 2 * minute], { all: [1, 2], first: [3, null] }));
	assert.is(readings.since, 2 * minute);
	readings.add(answer([3 * minute], { all: [3], late: [7] }));
	const values = () => Object.fromEntries(readings.curves('cpu').map((curve) => [curve.name, curve.values]));
	assert.equal(values(), { all: [1, 2, 3], first: [3, null, null], late: [null, null, 7] });
	assert.equal(
		readings.curves('cpu').map((curve) => readings.now(curve)),
		[3, null, 7],
	);
	readings.add(answer([61.5 * minute], { all: [4] }));
	assert.equal([readings.times, values()], [[2 * minute, 3 * minute, 61.5 * minute], { all: [2, 3, 4], late: [null, 7, null] }]);
	assert.equal([readings.label('cpu'), readings.unit('cpu'), readings.curves('disk')], ['Processor', '%', []]);
	readings.add(answer([], {}));
	assert.is(readings.times.length, 3);
});

test.run();
