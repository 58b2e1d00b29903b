import * as assert from 'uvu/assert';
import { bandDb, bandsDb, channelOf } from '../../tools/engine/tones.js';
import { test } from '../../tools/suite.js';

const rate = 48_000;
function sine(hz: number, peak: number, length = 24_000): Float32Array {
	return Float32Array.from({ length }, (_, i) => peak * Math.sin((2 * Math.PI * hz * i) / rate + 1));
}

test('a tone has its peak in dBFS, whatever its phase', () => {
	assert.ok(Math.abs(bandDb(sine(440, 0.1), rate, 440) - -20) < 0.1);
	assert.ok(Math.abs(bandDb(sine(997, 1), rate, 997)) < 0.1);
});

test('a neighbouring tone and silence are far below', () => {
	const bands = bandsDb(sine(440, 0.1), rate, [440, 550, 660, 880]);
	for (const hz of [550, 660, 880]) assert.ok(bands[hz]! < -80, `${hz} Hz: ${bands[hz]}`);
	assert.is(bandDb(new Float32Array(4800), rate, 440), -120);
});

test('tones are told apart in a mixture, and channels of interleaved sound too', () => {
	const [a, b] = [sine(440, 0.1), sine(660, 0.05)];
	const stereo = new Float32Array(2 * a.length);
	for (let i = 0; i < a.length; i++) [stereo[2 * i], stereo[2 * i + 1]] = [a[i]!, a[i]! + b[i]!];
	assert.ok(bandDb(channelOf(stereo, 2, 0), rate, 660) < -80);
	assert.ok(Math.abs(bandDb(channelOf(stereo, 2, 1), rate, 660) - -26) < 0.1);
	assert.ok(Math.abs(bandDb(channelOf(stereo, 2, 1), rate, 440) - -20) < 0.1);
});

test.run();
