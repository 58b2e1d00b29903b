import * as assert from 'uvu/assert';
import { clockOf, framesIn, isoWithOffset, timecodeOf } from '../../../service/showLog/timecode.js';
import { test } from '../../tools/suite.js';

const canvas = (fpsNum: number, fpsDen = 1) => ({ width: 1280, height: 720, fpsNum, fpsDen });
const ntsc = canvas(30_000, 1001);

test('a timecode counts frames; at 29.97 a second has 30 of them, none dropped', () => {
	for (const [frames, pal, american] of [
		[0, '00:00:00:00', '00:00:00:00'],
		[24, '00:00:00:24', '00:00:00:24'],
		[25, '00:00:01:00', '00:00:00:25'],
		[1500, '00:01:00:00', '00:00:50:00'],
		[90_000, '01:00:00:00', '00:50:00:00'],
		[2_250_000 + 1525, '25:01:01:00', '20:50:50:25'],
	] as const) {
		assert.is(timecodeOf(frames, canvas(25)), pal);
		assert.is(timecodeOf(frames, ntsc), american);
	}
});

test('a frame begins at its time, rounded by less than half a millisecond', () => {
	assert.equal(
		[0n, 39_499_999n, 39_500_000n, 40_000_000n, 1_000_000_000n].map((ns) => framesIn(ns, canvas(25))),
		[0, 0, 1, 1, 25],
	);
	assert.equal(
		[33_366_666n, 1_001_000_000n, 3_603_600_000_000n].map((ns) => framesIn(ns, ntsc)),
		[1, 30, 108_000],
	);
});

test('a time carries the offset of the zone at that time', () => {
	const before = process.env.TZ;
	const shown = (zone: string, iso: string) => {
		process.env.TZ = zone;
		return isoWithOffset(new Date(iso));
	};
	try {
		assert.is(shown('Europe/Oslo', '2026-05-01T17:30:00.120Z'), '2026-05-01T19:30:00.120+02:00');
		assert.is(shown('Europe/Oslo', '2026-01-01T23:30:00Z'), '2026-01-02T00:30:00.000+01:00');
		assert.is(shown('America/St_Johns', '2026-01-01T00:00:00Z'), '2025-12-31T20:30:00.000-03:30');
		assert.is(shown('UTC', '2026-01-01T00:00:00Z'), '2026-01-01T00:00:00.000+00:00');
	} finally {
		if (before === undefined) delete process.env.TZ;
		else process.env.TZ = before;
	}
});

test('a clock has milliseconds and as many hours as there are', () => {
	for (const [ms, text] of [
		[0, '0:00:00.000'],
		[-3, '0:00:00.000'],
		[3_725_040.4, '1:02:05.040'],
		[59_999.6, '0:01:00.000'],
		[360_000_000, '100:00:00.000'],
	] as const)
		assert.is(clockOf(ms), text);
});

test.run();
