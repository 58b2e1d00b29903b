/** Input to program, in frames: a test picture carries the number of the frame it was made for, a recording that of each of its own. */
import { join } from 'node:path';
import type { Recording } from '../../service/contract/recordings.js';
import { readCounter } from '../tools/engine/counter.js';
import { frames } from '../tools/engine/media.js';
import { TestService } from '../tools/service.js';
import { progress, report, reportSet } from './measure.js';

const count = 120;
const fps = 30;
const note = 'r58testsrc in the place of a capture device: what a device itself takes comes on top';

const service = await TestService.start({ canvas: `640x360p${fps}` });

/** How many frames later than it was made each picture is on program. */
async function latencies(): Promise<(number | null)[]> {
	const { body } = await service.api<Recording>('POST', '/api/recordings', {});
	const enough = (1000 * (count + fps)) / fps;
	await service.waitState(({ recordings }) => recordings[body.id]!.durationMs > enough, 'the recording', 30_000);
	await service.api('POST', `/api/recordings/${body.id}/stop`, undefined, { timeoutMs: 20_000 });
	const { files, startFrame } = (await service.api<Recording>('GET', `/api/recordings/${body.id}`)).body;
	const pictures = await frames(
		join(service.dataDir, 'recordings', body.id, files[0]!.name),
		Array.from({ length: count }, (_, i) => i),
	);
	return pictures.map((picture, i) => {
		const made = readCounter(picture);
		return made === null ? null : startFrame! + i - made;
	});
}

try {
	await service.onAir();
	await service.api('POST', '/api/cut', { scene: 'source-hdmi1' });
	for (const delayFrames of [1, 2]) {
		const what = `frame made to frame on program, source delay ${delayFrames} frame${delayFrames > 1 ? 's' : ''}`;
		progress(what);
		await service.api('PATCH', '/api/sources/hdmi1', { delayMs: (1000 * delayFrames) / fps });
		const seen = await latencies();
		const read = seen.filter((each) => each !== null);
		reportSet(what, read, 'frames');
		report({
			what: `${what}: pictures that could not be read`,
			value: seen.length - read.length,
			unit: 'frames',
			n: seen.length,
			note,
		});
	}
} finally {
	await service.stop();
}
