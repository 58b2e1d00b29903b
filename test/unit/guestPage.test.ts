import * as assert from 'uvu/assert';
import { assess } from '../../panel/join/assessment.js';
import { trouble } from '../../panel/join/state-words.js';
import { en } from '../../panel/join/texts/en.js';
import { languageOf } from '../../panel/join/texts/languages.js';
import { no } from '../../panel/join/texts/no.js';
import { withoutCap } from '../../panel/webrtc/sdp.js';
import type { Layer, Scene, State } from '../../service/api/schema.js';
import { without } from '../../service/show/without.js';
import { PictureMeter } from '../../service/webrtc/pictureMeter.js';
import { test } from '../tools/suite.js';

const steady = { state: 'connected', rttMs: 20, lossPct: 0, video: { width: 1280, height: 720, fps: 30 } } as const;

test('the worst of a connection decides what the guest is told', () => {
	assert.equal(assess(steady, 'none', 30), { verdict: 'good', advice: null });
	assert.equal(assess({ ...steady, lossPct: 6, rttMs: 900 }, 'cpu', 30), { verdict: 'poor', advice: 'loss' });
	assert.equal(assess({ ...steady, rttMs: 600 }, 'none', 30), { verdict: 'poor', advice: 'delay' });
	assert.equal(assess(steady, 'cpu', 30), { verdict: 'fair', advice: 'cpu' });
	assert.equal(assess({ ...steady, video: { ...steady.video, fps: 8 } }, 'none', 30), { verdict: 'fair', advice: 'frames' });
	assert.is(assess({ ...steady, state: 'lost' }, 'none', 30).verdict, 'none');
	assert.is(assess(null, 'none', 30).verdict, 'none');
});

test('a picture that nobody expects to move is no fault', () => {
	assert.is(assess({ ...steady, video: { ...steady.video, fps: 1 } }, 'none', 0).verdict, 'good');
	assert.is(assess({ ...steady, video: null }, 'none', 30).verdict, 'good');
});

test('the first language of the browser that there are texts in', () => {
	assert.is(languageOf(['nb-NO', 'en']), 'no');
	assert.is(languageOf(['nn']), 'no');
	assert.is(languageOf(['de-DE', 'en-GB', 'no']), 'en');
	assert.is(languageOf(['fr']), 'en');
	assert.is(languageOf(['en-GB', 'nb']), 'en');
	assert.is(languageOf(['de-DE', 'nb-NO', 'en']), 'no', 'a language without texts is passed over');
	assert.is(languageOf(['NO']), 'no');
	assert.is(languageOf([]), 'en');
});

test('every text is there in both languages, and is not the same by oversight', () => {
	const same: string[] = [];
	const compare = (a: object, b: object, path: string): void => {
		assert.equal(Object.keys(b), Object.keys(a), path);
		for (const [key, value] of Object.entries(a)) {
			const other = (b as Record<string, unknown>)[key];
			if (typeof value === 'object') compare(value, other as object, `${path}.${key}`);
			else if (typeof value === 'string' && value === other) same.push(`${path}.${key}`);
		}
	};
	compare(en, no, 'texts');
	assert.equal(same, ['texts.messages.studio', 'texts.messages.send']);
});

test('a refusal is told by its code where that says more', () => {
	const refused = { phase: 'waiting', message: 'All 12 slots are in use.', reason: 'refused' } as const;
	assert.is(trouble({ ...refused, code: 'no-slot' }, en, true), en.refusals['no-slot']);
	assert.is(trouble({ ...refused, code: 'internal' }, en, true), en.state.refused);
	assert.is(trouble({ ...refused, reason: 'no-path', code: null }, no, true), no.state['no-path']);
	assert.is(trouble({ ...refused, code: 'no-slot' }, en, false), en.state.offline);
	assert.is(trouble({ phase: 'connecting', message: null }, en, true), null);
});

test('a cap of the answer is left to the page, which can lift it again', () => {
	assert.is(
		withoutCap('m=video 9\r\nc=IN IP4 0.0.0.0\r\nb=AS:600\r\nb=TIAS:600000\r\na=mid:1\r\n'),
		'm=video 9\r\nc=IN IP4 0.0.0.0\r\na=mid:1\r\n',
	);
});

test('pictures a second are counted over time, not between two figures that come at once', () => {
	const meter = new PictureMeter();
	const size = { width: 640, height: 360 };
	assert.is(meter.read({ ...size, buffers: 10 }, 0), null);
	assert.is(meter.read({ ...size, buffers: 25 }, 1), null);
	assert.equal(meter.read({ ...size, buffers: 40 }, 1000), { ...size, fps: 30 });
	assert.equal(meter.read({ ...size, buffers: 70 }, 2000), { ...size, fps: 30 });
	assert.equal(meter.read({ ...size, buffers: 70 }, 2900), { ...size, fps: 16 });
	assert.is(meter.read({ ...size, buffers: 70 }, 4100), null, 'nothing has come for two seconds');
	assert.is(new PictureMeter().read({ buffers: 0 }, 0), null);
});

const layer = (source: string | null): Layer => ({
	source,
	x: 0,
	y: 0,
	w: 1,
	h: 1,
	z: 0,
	fit: 'contain',
	crop: { left: 0, top: 0, right: 0, bottom: 0 },
	alpha: 1,
	border: null,
});
const scene = (id: string, ...sources: (string | null)[]): Scene => ({ id, label: id, layers: sources.map(layer), version: 1 });
const desk = {
	scenes: { 'side-by-side': scene('side-by-side', null, null), quad: scene('quad', 'g', 'a', 'b', 'c') },
	sources: { g: { id: 'g', state: 'no-signal' }, dead: { id: 'dead', state: 'fault' }, a: { id: 'a', state: 'live' } },
} as unknown as Pick<State, 'scenes' | 'sources'>;
const sources = (replacement: { layers?: Layer[] } | null) => replacement?.layers?.map(({ source }) => source);

test('without a lost guest: what is left, in the smallest layout that has room for it', () => {
	assert.equal(without('g', scene('pip', 'a', 'g'), desk), { id: 'source-a' });
	const two = without('g', scene('three', 'a', 'g', 'b'), desk);
	assert.equal([two?.id, sources(two)], ['side-by-side', ['a', 'b']]);
	const three = without('g', desk.scenes.quad!, desk);
	assert.equal([three?.id, sources(three)], ['quad', [null, 'a', 'b', 'c']]);
	const five = without('g', scene('six', 'a', 'b', 'c', 'd', 'e', 'g'), desk);
	assert.equal([five?.id, sources(five)], ['six', ['a', 'b', 'c', 'd', 'e', null]]);
});

test('a lost guest that was alone gives way to a source that is live, or to nothing', () => {
	assert.equal(without('g', scene('source-g', 'g'), desk), { id: 'source-a' });
	assert.is(without('g', scene('source-g', 'g'), { ...desk, sources: {} }), null);
});

test.run();
