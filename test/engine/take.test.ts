import { join } from 'node:path';
import * as assert from 'uvu/assert';
import type { Applied } from '../../service/contract/buses.js';
import type { Recording } from '../../service/contract/recordings.js';
import { type Colour, colourAt, colourDistance, type Picture, parseColour, readCounter } from '../tools/engine/counter.js';
import { cadence, frames, times } from '../tools/engine/media.js';
import { TestService } from '../tools/service.js';
import { timedSuite } from '../tools/suite.js';
import { until } from '../tools/wait.js';

export const alone = true;

/**
 * Cuts and mixes of the real engine, judged by the recorded program: its frames are numbered from the recording's startFrame,
 * so the frame a request reports can be looked at in the file.
 */
const test = timedSuite<{ service: TestService }>('take');
/** The built-in layouts and the demo's border colours. */
const red = parseColour('#c83232');
const green = parseColour('#32b432');
const edge: [number, number] = [0.02, 0.5];

test.before(async (context) => {
	context.service = await TestService.start();
	await context.service.onAir();
});
test.after(async ({ service }) => {
	await service.stop();
});

async function applied(service: TestService, method: string, path: string, body: unknown): Promise<Applied> {
	const answer = await service.api<Applied>(method, path, body);
	assert.is(answer.status, 200, JSON.stringify(answer.body));
	return answer.body;
}

/** Records what `work` does to the program, and returns the file with the number of its first frame. */
async function recorded(service: TestService, work: () => Promise<void>): Promise<{ file: string; startFrame: number }> {
	const started = await service.api<Recording>('POST', '/api/recordings', {});
	assert.is(started.status, 201, JSON.stringify(started.body));
	await work();
	const stopped = await service.api<Recording>('POST', `/api/recordings/${started.body.id}/stop`);
	assert.is(stopped.status, 200, JSON.stringify(stopped.body));
	const { id, files, startFrame } = stopped.body;
	return { file: join(service.dataDir, 'recordings', id, files[0]!.name), startFrame: startFrame! };
}

/** Waits until the program has shown a frame. */
async function shown(service: TestService, frame: number): Promise<void> {
	await until(async () => (await applied(service, 'PUT', '/api/preview', { scene: 'source-hdmi4' })).frame > frame + 5, {
		what: `frame ${frame} to be shown`,
	});
}

function sampled(picture: Picture, [x, y]: [number, number] = edge): Colour {
	return colourAt(picture, x, y);
}

test('a cut shows at exactly the reported frame, and not one earlier', async ({ service }) => {
	await applied(service, 'POST', '/api/cut', { scene: 'source-hdmi1' });
	const cuts: Applied[] = [];
	const { file, startFrame } = await recorded(service, async () => {
		for (const scene of ['source-hdmi2', 'source-hdmi1', 'source-hdmi2']) {
			cuts.push(await applied(service, 'POST', '/api/cut', { scene }));
			await shown(service, cuts.at(-1)!.frame);
		}
	});
	for (const [index, { frame, ptsNs, program }] of cuts.entries()) {
		const [before, after] = await frames(file, [frame - startFrame - 1, frame - startFrame]);
		const [old, now] = index % 2 === 0 ? [red, green] : [green, red];
		assert.is(program, index % 2 === 0 ? 'source-hdmi2' : 'source-hdmi1');
		assert.ok(colourDistance(sampled(before!), old) < 24, `frame before cut ${index}: ${sampled(before!)}`);
		assert.ok(colourDistance(sampled(after!), now) < 24, `frame of cut ${index}: ${sampled(after!)}`);
		assert.is(Math.round(Number(BigInt(ptsNs)) / (1e9 / 30)), frame);
	}
});

test('a 500 ms mix takes 15 frames and is half way half way through', async ({ service }) => {
	await applied(service, 'POST', '/api/cut', { scene: 'source-hdmi1' });
	await applied(service, 'PUT', '/api/preview', { scene: 'source-hdmi2' });
	let take!: Applied;
	const { file, startFrame } = await recorded(service, async () => {
		take = await applied(service, 'POST', '/api/take', { kind: 'mix', durationMs: 500 });
		assert.equal([take.transition!.frames, take.transition!.endFrame - take.transition!.startFrame], [15, 14]);
		await shown(service, take.transition!.endFrame);
	});
	assert.equal([take.program, take.preview], ['source-hdmi2', 'source-hdmi1']);
	const first = take.frame - startFrame;
	const pictures = await frames(file, [first - 1, first + 6, first + 7, first + 14]);
	const colours = pictures.map((picture) => sampled(picture));
	assert.ok(colourDistance(colours[0]!, red) < 24, `before the mix: ${colours[0]}`);
	for (const [index, weight] of [
		[1, 7 / 15],
		[2, 8 / 15],
	] as const) {
		const expected = red.map((from, c) => Math.round(from + (green[c]! - from) * weight)) as Colour;
		assert.ok(colourDistance(colours[index]!, expected) < 24, `weight ${weight}: ${colours[index]}, not ${expected}`);
	}
	assert.ok(colourDistance(colours[3]!, green) < 24, `at the end: ${colours[3]}`);
	assert.is((await service.state()).buses.transition, null);
});

test('two scenes that share a source dissolve without the picture jumping', async ({ service }) => {
	const scene = (box: object) => ({ layers: [{ source: 'hdmi1', ...box }] });
	const put = async (id: string, box: object) =>
		assert.is((await service.api('PUT', `/api/scenes/${id}`, scene(box))).status, 200);
	await put('left', { x: 0, y: 0.25, w: 0.5, h: 0.5 });
	await put('right', { x: 0.5, y: 0.25, w: 0.5, h: 0.5 });
	await applied(service, 'POST', '/api/cut', { scene: 'left' });
	await applied(service, 'PUT', '/api/preview', { scene: 'right' });
	let take!: Applied;
	const { file, startFrame } = await recorded(service, async () => {
		take = await applied(service, 'POST', '/api/take', { kind: 'mix', durationMs: 500 });
		await shown(service, take.transition!.endFrame);
	});
	const first = take.frame - startFrame;
	const pictures = await frames(file, [first - 1, first + 7, first + 15]);
	const at = (index: number, x: number) => sampled(pictures[index]!, [x, 0.5]);
	const black: Colour = [0, 0, 0];
	const dim = red.map((c) => Math.round(c / 2)) as Colour;
	const [left, right] = [0.01, 0.99];
	for (const [index, x, colour] of [
		[0, left, red],
		[0, right, black],
		[1, left, dim],
		[1, right, dim],
		[2, left, black],
		[2, right, red],
	] as const)
		assert.ok(colourDistance(at(index, x), colour) < 28, `picture ${index} at ${x}: ${at(index, x)}, not ${colour}`);
});

test('a take during a mix completes the mix first', async ({ service }) => {
	await applied(service, 'POST', '/api/cut', { scene: 'source-hdmi1' });
	await applied(service, 'PUT', '/api/preview', { scene: 'source-hdmi2' });
	await applied(service, 'POST', '/api/take', { kind: 'mix', durationMs: 2000 });
	const second = await applied(service, 'POST', '/api/take', { kind: 'cut' });
	assert.equal([second.program, second.preview, second.transition], ['source-hdmi1', 'source-hdmi2', null]);
	assert.is((await service.state()).buses.transition, null);
});

test('every program frame has its place in the file, and shows the next frame of its source', async ({ service }) => {
	const cut = await applied(service, 'POST', '/api/cut', { scene: 'source-hdmi3' });
	const { file, startFrame } = await recorded(service, async () => {
		const { frame } = await applied(service, 'PUT', '/api/preview', { scene: 'source-hdmi1' });
		await shown(service, frame + 60);
	});
	// A recording begins at the last key frame, which may be one of before the cut.
	const first = Math.max(0, cut.frame - startFrame);
	const { frames: count, missing, repeated } = cadence(await times(file, 'video'), 30);
	assert.equal([missing, repeated], [0, 0]);
	const counters = (
		await frames(
			file,
			Array.from({ length: count - 5 - first }, (_, i) => first + i),
		)
	).map((picture) => readCounter(picture));
	const jumps = counters.slice(1).filter((counter, i) => counter !== counters[i]! + 1);
	assert.equal(jumps, [], `counters: ${counters.join(' ')}`);
});

test.run();
