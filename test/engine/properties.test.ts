import { buildNative, plugin, runNative, wholeMixer, wholeWebrtc } from '../tools/engine/native.js';
import { test } from '../tools/suite.js';

/** What holds for every size, sound and scene: random ones, the same for the same seed, and more of them in the long run. */
const more = process.env.R58_LONG ? 20 : 1;
const programs = new Map<string, string>();

test.before(async () => {
	const without = (...includes: string[]) => ({ sources: wholeMixer, includes });
	const built = [
		['kernels', { sources: plugin.kernels }],
		['scaler', { sources: plugin.picture, includes: ['mixer/scale.c'] }],
		['sound', without('mixer/audio.c', 'mixer/ring.c')],
		['drawing', { sources: [...plugin.picture, 'mixer/draw.c'] }],
		['drift', { sources: ['common/element.c'] }],
		['capture', { sources: ['common/element.c'] }],
		['commands', { sources: wholeMixer }],
		['returns', { sources: wholeMixer }],
		['webrtc', { sources: wholeWebrtc }],
	] as const;
	for (const [name, options] of built) programs.set(name, await buildNative(name, options));
});

function holds(what: string, name: string, mode: string, count = 1): void {
	test(what, async () => {
		await runNative(programs.get(name)!, [mode, count * more, 1]);
	});
}

holds('kernels make each sample as their naive model does, and touch no other', 'kernels', 'equal', 300);
holds('weights of the scaler add up to one at every size', 'scaler', 'tables');
holds('a scaled picture has no value that its source has not, and is what a slow scaler makes', 'scaler', 'pictures', 150);
holds('the limiter holds its ceiling, keeps the balance, and leaves what is below its knee', 'sound', 'limiter', 5000);
holds('silence decays to nothing, not to numbers that are slow to work with', 'sound', 'silence');
holds('sound whose timestamps step is moved without a click', 'sound', 'slips', 2000);
holds('no input of the mixer gets past the ceiling, as another number, or into the sound of others', 'sound', 'anything', 400);
holds('boxes, borders, crops, blends and transitions are what a slow model of single samples makes', 'drawing', 'shows', 60);
holds('sound of a clock up to 500 ppm off stays in its place without a splice', 'drift', 'clocks', 12);
holds('every step of timestamps is one splice that is counted', 'drift', 'steps', 5);
holds('every nth frame of a camera is passed on, however its driver counts', 'capture', 'turns');
holds('the colours of a camera are what its driver means by them', 'capture', 'colours');
holds('an N-1 output that is released stays for the tick that is in it', 'returns', 'released');
holds('commands leave nothing behind in a mixer without sound', 'commands', 'silent');
holds('a peer that is added after the end is refused, and none is left without a thread', 'webrtc', 'ends');
holds('the pair of addresses in use is told while it changes', 'webrtc', 'pair');

test.run();
