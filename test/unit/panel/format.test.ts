import * as assert from 'uvu/assert';
import { backoffMs } from '../../../panel/data/backoff.js';
import { bitrate, bytes, decibels, duration, localTime, picture, timeLeft } from '../../../panel/elements/format.js';
import { test } from '../../tools/suite.js';

/** What a figure looks like, as a table. */
function shows<T>(format: (value: T) => string, table: [T, string][]): void {
	for (const [value, text] of table) assert.is(format(value), text);
}

test('a duration is hours, minutes and seconds that are over', () =>
	shows(duration, [
		[3_725_000, '1:02:05'],
		[59_999, '0:00:59'],
		[60_000, '0:01:00'],
		[3_600_000, '1:00:00'],
		[86_400_000, '24:00:00'],
		[-5, '0:00:00'],
	]));

test('bytes come in decimal units, with a tenth below a hundred', () =>
	shows(bytes, [
		[0, '0 bytes'],
		[999, '999 bytes'],
		[1000, '1.0 kB'],
		[99_940, '99.9 kB'],
		[100_000, '100 kB'],
		[123_456_789, '123 MB'],
		[4_200_000_000, '4.2 GB'],
		[1e12, '1.0 TB'],
		[5e15, '5,000 TB'],
	]));

test('recording time left is rounded down: to minutes, then ten of them, then days', () => {
	const minutes = (count: number) => timeLeft((count * 60 * 8000 * 1000) / 8, 8000);
	shows(minutes, [
		[0.9, 'about 0 min'],
		[59, 'about 59 min'],
		[60, 'about 1 h 0 min'],
		[209, 'about 3 h 20 min'],
		[47 * 60 + 59, 'about 47 h 50 min'],
		[48 * 60, 'about 2 days'],
		[71 * 60, 'about 2 days'],
		[72 * 60, 'about 3 days'],
	]);
});

test('decibels have a sign, except at zero', () =>
	shows(decibels, [
		[0, '0.0 dB'],
		[0.04, '0.0 dB'],
		[-0.04, '0.0 dB'],
		[6, '+6.0 dB'],
		[-12.34, '−12.3 dB'],
		[0.06, '+0.1 dB'],
	]));

test('a bitrate is told in kbit/s below a megabit', () =>
	shows(bitrate, [
		[64.4, '64 kbit/s'],
		[999, '999 kbit/s'],
		[1000, '1.0 Mbit/s'],
		[6250, '6.3 Mbit/s'],
	]));

test('a picture has its size and at most two digits of its rate', () => {
	assert.is(picture({ width: 1280, height: 720, fps: 30_000 / 1001 }), '1280×720, 29.97 fps');
	assert.is(picture({ width: 1920, height: 1080, fps: 50 }), '1920×1080, 50 fps');
});

test('a time is told with its day and without seconds; what is none is left as it is', () => {
	const text = localTime('2026-05-14T12:34:56Z');
	assert.match(text, /2026/);
	assert.match(text, /14/);
	assert.match(text, /34/);
	assert.not.match(text, /56/);
	assert.is(localTime('soon'), 'soon');
});

test('the first try comes at once, the next ones later and later, up to 3 s', () => {
	const waits = (random: number) => [-1, 0, 1, 2, 3, 4, 20].map((failures) => backoffMs(failures, () => random));
	assert.equal(waits(0), [0, 0, 500, 1000, 2000, 3000, 3000]);
	assert.equal(waits(0.5), [0, 0, 450, 900, 1800, 2700, 2700]);
	const drawn = Array.from({ length: 50 }, () => backoffMs(4));
	assert.ok(drawn.every((ms) => ms > 2400 && ms <= 3000));
	assert.ok(new Set(drawn).size > 1, 'many panels do not come back in step');
});

test.run();
