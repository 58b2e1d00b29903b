/**
 * How much of a frequency is in a sound: Goertzel's filter over a Hann window, in dBFS of a sine's peak (a full-scale sine is
 * 0, the tone of r58testsrc −20). Self-contained: `tonesSource` declares it in a page. Resolution is about 4·rate/length Hz.
 */
export function bandDb(samples: ArrayLike<number>, rate: number, hz: number): number {
	const length = samples.length;
	const turn = 2 * Math.cos((2 * Math.PI * hz) / rate);
	let [s1, s2, weight] = [0, 0, 0];
	for (let i = 0; i < length; i++) {
		const window = 0.5 - 0.5 * Math.cos((2 * Math.PI * i) / length);
		const s0 = window * (samples[i] ?? 0) + turn * s1 - s2;
		[s2, s1] = [s1, s0];
		weight += window;
	}
	const power = s1 * s1 + s2 * s2 - turn * s1 * s2;
	const amplitude = (2 * Math.sqrt(Math.max(0, power))) / weight;
	return Math.max(-120, 20 * Math.log10(amplitude));
}

/** dB of each frequency, by its number. */
export function bandsDb(samples: ArrayLike<number>, rate: number, frequencies: number[]): Record<number, number> {
	return Object.fromEntries(frequencies.map((hz) => [hz, bandDb(samples, rate, hz)]));
}

/** One channel of interleaved samples. */
export function channelOf(interleaved: Float32Array, channels: number, index: number): Float32Array {
	const out = new Float32Array(Math.floor(interleaved.length / channels));
	for (let i = 0; i < out.length; i++) out[i] = interleaved[i * channels + index]!;
	return out;
}

export const tonesSource = [bandDb, bandsDb].map(String).join('\n');
