import * as assert from 'uvu/assert';
import { withoutCap } from '../../../panel/data/rtc/sdp.js';
import { assess } from '../../../panel/pages/join/assessment.js';
import { failureText } from '../../../panel/pages/join/state-words.js';
import { guest as en } from '../../../panel/texts/en/guest.js';
import { languageOf } from '../../../panel/texts/language.js';
import { guest as no } from '../../../panel/texts/no/guest.js';
import { PictureMeter } from '../../../service/guests/pictureMeter.js';
import { test } from '../../tools/suite.js';

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

test('from which figures on a connection is told to be fair or poor', () => {
	const told = (figures: object, limitation: Parameters<typeof assess>[1] = 'none') =>
		Object.values(assess({ ...steady, ...figures }, limitation, 30)).join(' ');
	assert.is(told({ lossPct: 0.9, rttMs: 299 }), 'good ');
	assert.is(told({ lossPct: 1 }), 'fair loss');
	assert.is(told({ lossPct: 4.9 }), 'fair loss');
	assert.is(told({ lossPct: 5 }), 'poor loss');
	assert.is(told({ rttMs: 300 }), 'fair delay');
	assert.is(told({ rttMs: 499 }), 'fair delay');
	assert.is(told({ rttMs: 500 }), 'poor delay');
	assert.is(told({ rttMs: 300, lossPct: 1 }, 'bandwidth'), 'fair slow', 'what holds the browser back goes before its effects');
	assert.is(told({ lossPct: 1, video: { ...steady.video, fps: 8 } }), 'fair loss');
	assert.is(told({ video: { ...steady.video, fps: 15 } }), 'good ');
	assert.is(told({ video: { ...steady.video, fps: 14.9 } }), 'fair frames');
	assert.is(told({ lossPct: null, rttMs: null }), 'good ', 'not measured yet');
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
		const others = new Map<string, unknown>(Object.entries(b));
		for (const [key, value] of Object.entries(a)) {
			const other = others.get(key);
			if (typeof value === 'object') compare(value, other as object, `${path}.${key}`);
			else if (typeof value === 'string' && value === other) same.push(`${path}.${key}`);
		}
	};
	compare(en, no, 'texts');
	assert.equal(same, ['texts.messages.studio', 'texts.messages.send']);
});

test('a refusal is told by its code where that says more', () => {
	const refused = { phase: 'waiting', message: 'All 12 slots are in use.', failure: 'refused' } as const;
	assert.is(failureText({ ...refused, code: 'no-slot' }, en, true), en.refusals['no-slot']);
	assert.is(failureText({ ...refused, code: 'internal' }, en, true), en.state.refused);
	assert.is(failureText({ ...refused, failure: 'no-path', code: null }, no, true), no.state['no-path']);
	assert.is(failureText({ ...refused, code: 'no-slot' }, en, false), en.state.offline);
	assert.is(failureText({ phase: 'connecting', message: null }, en, true), null);
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
	const counted = { bytes: 0, stalls: 0 };
	assert.is(meter.read({ ...counted, ...size, buffers: 10 }, 0), null);
	assert.is(meter.read({ ...counted, ...size, buffers: 25 }, 1), null);
	assert.equal(meter.read({ ...counted, ...size, buffers: 40 }, 1000), { ...size, fps: 30 });
	assert.equal(meter.read({ ...counted, ...size, buffers: 70 }, 2000), { ...size, fps: 30 });
	assert.equal(meter.read({ ...counted, ...size, buffers: 70 }, 2900), { ...size, fps: 16 });
	assert.is(meter.read({ ...counted, ...size, buffers: 70 }, 4100), null, 'nothing has come for two seconds');
	assert.is(new PictureMeter().read({ ...counted, buffers: 0 }, 0), null);
});

test.run();
