import * as assert from 'uvu/assert';
import type { VideoEncoder } from '../../../pipelines/videoEncoder.js';
import { videoEncoder } from '../../../pipelines/videoEncoder.js';
import { EncoderChoice } from '../../../service/encoders/choose.js';
import { createLog } from '../../../service/util/log.js';
import { test } from '../../tools/suite.js';

const entry = (element: string, more: Partial<VideoEncoder> = {}): VideoEncoder => ({
	element,
	hardware: true,
	properties: (_, kbps) => ({ bps: kbps * 1000 }),
	...more,
});
const [best, next, last] = [entry('best'), entry('next'), entry('last', { hardware: false })] as const;

async function chosen(missing: Record<string, string>): Promise<{ element: string; tried: string[] }> {
	const tried: string[] = [];
	const probe = async ({ element }: VideoEncoder) => {
		tried.push(element);
		return missing[element] ?? null;
	};
	const choice = new EncoderChoice({ table: [best, next, last], probe, log: createLog('silent') });
	assert.is(choice.current, last, 'before anything was tried');
	await choice.make();
	return { element: choice.current.element, tried };
}

test('the first encoder of the table that makes frames is used, and no other is tried', async () => {
	assert.equal(await chosen({}), { element: 'best', tried: ['best'] });
	assert.equal(await chosen({ best: 'it is not there' }), { element: 'next', tried: ['best', 'next'] });
});

test('where none makes frames the last is used, as it is', async () => {
	assert.equal(await chosen({ best: 'not there', next: 'no frame' }), { element: 'last', tried: ['best', 'next'] });
	const alone = new EncoderChoice({ table: [last], probe: () => Promise.reject(new Error('tried')), log: createLog('silent') });
	await alone.make();
	assert.is(alone.current, last);
});

test('an entry says what stands before its element and after it', () => {
	const canvas = { width: 640, height: 360, fpsNum: 30, fpsDen: 1 };
	const around = entry('enc', { before: ({ width }) => `before-${width}`, after: () => 'after' });
	assert.is(videoEncoder(around, canvas, 2), 'before-640 ! enc name="encoder" bps=2000 ! after');
	assert.is(videoEncoder(best, canvas, 2), 'best name="encoder" bps=2000');
});

test.run();
