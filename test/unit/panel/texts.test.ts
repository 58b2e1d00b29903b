import * as assert from 'uvu/assert';
import { backoffMs } from '../../../panel/data/backoff.js';
import { mayRetry, refusalOf, silence } from '../../../panel/data/refusal.js';
import { preferred, withStereo } from '../../../panel/data/rtc/sdp.js';
import { bytes, decibels, duration, timeLeft } from '../../../panel/elements/format.js';
import { reasonOf } from '../../../panel/pages/join/reasons.js';
import { test } from '../../tools/suite.js';

test('the sentence of the service is shown, in both forms of errors', () => {
	const api = refusalOf(503, '{"error":{"code":"no-slot","message":"all 12 slots are in use"}}', null);
	assert.equal(api, { status: 503, code: 'no-slot', message: 'All 12 slots are in use.', retryAfterS: null });
	const refusal = refusalOf(
		409,
		'{"type":"about:blank","title":"Conflict","detail":"program is not on air","code":"not-on-air"}',
		'2',
	);
	assert.equal(refusal, { status: 409, code: 'not-on-air', message: 'Program is not on air.', retryAfterS: 2 });
});

test('an answer without a sentence still gives one, also when it is no JSON', () => {
	for (const status of [401, 403, 404, 418, 502]) assert.match(refusalOf(status, '<html>', 'soon').message, /\w.*\.$/);
	assert.is(refusalOf(401, '', 'soon').retryAfterS, null);
	assert.match(silence(true).message, /in time/);
});

test('a wrong token or format is final, everything else is tried again', () => {
	for (const status of [401, 403, 415, 422]) assert.not(mayRetry(refusalOf(status, '', null)), String(status));
	for (const status of [404, 409, 429, 500, 503]) assert.ok(mayRetry(refusalOf(status, '', null)), String(status));
	assert.ok(mayRetry(silence(false)));
});

test('waits between tries begin at once, double and end at 3 s', () => {
	const waits = [0, 1, 2, 3, 4, 5, 20].map((failures) => backoffMs(failures, () => 0));
	assert.equal(waits, [0, 500, 1000, 2000, 3000, 3000, 3000]);
	assert.is(
		backoffMs(1, () => 1),
		400,
	);
});

test('every reason a browser gives for no camera has its own remedy', () => {
	assert.is(reasonOf('NotAllowedError').code, 'denied');
	assert.is(reasonOf('NotFoundError').code, 'no-device');
	assert.is(reasonOf('NotReadableError').code, 'busy');
	assert.equal(reasonOf('OddError', 'boom'), { code: 'unknown', detail: 'boom' });
});

test('figures are written for people', () => {
	assert.is(duration(3_725_999), '1:02:05');
	assert.is(bytes(999), '999 bytes');
	assert.is(bytes(123_400_000_000), '123 GB');
	assert.is(bytes(1_830_000_000), '1.8 GB');
	assert.is(decibels(-6.52), '−6.5 dB');
	assert.is(decibels(0), '0.0 dB');
	assert.is(timeLeft(2_000_000_000, 4000), 'about 1 h 0 min');
});

test('Opus is asked for in stereo, once, and nothing else changes', () => {
	const sdp = 'a=rtpmap:111 opus/48000/2\r\na=fmtp:111 minptime=10;useinbandfec=1\r\na=fmtp:96 profile-level-id=42e01f\r\n';
	const stereo =
		'a=rtpmap:111 opus/48000/2\r\na=fmtp:111 minptime=10;useinbandfec=1;stereo=1\r\na=fmtp:96 profile-level-id=42e01f\r\n';
	assert.is(withStereo(sdp), stereo);
	assert.is(withStereo(stereo), stereo);
	assert.is(withStereo('v=0\r\n'), 'v=0\r\n');
});

test('a guest offers constrained baseline H.264 first, then VP8, with their repair formats', () => {
	const h264 = (line: string) => ({ mimeType: 'video/H264', sdpFmtpLine: line });
	const base = h264('packetization-mode=1;profile-level-id=42e01f');
	const main = h264('packetization-mode=1;profile-level-id=4d001f');
	const single = h264('packetization-mode=0;profile-level-id=42e01f');
	const vp8 = { mimeType: 'video/VP8' };
	const rtx = { mimeType: 'video/rtx' };
	const order = preferred([vp8, rtx, { mimeType: 'video/VP9' }, single, main, base, { mimeType: 'video/AV1' }]);
	assert.equal(order, [base, main, single, vp8, rtx]);
});

test.run();
