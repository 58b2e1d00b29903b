import * as assert from 'uvu/assert';
import { alsaSource } from '../../../pipelines/alsaSource.js';
import { encoder, videoKbpsFor } from '../../../pipelines/encoder.js';
import { guestSource } from '../../../pipelines/guestSource.js';
import { hdmiSource } from '../../../pipelines/hdmiSource.js';
import { mixer } from '../../../pipelines/mixer.js';
import { recorder } from '../../../pipelines/recorder.js';
import { rtpSource } from '../../../pipelines/rtpSource.js';
import { rtpTarget } from '../../../pipelines/rtpTarget.js';
import { multiviewStreamer, programStreamer, returnStreamer } from '../../../pipelines/streamer.js';
import { testSource } from '../../../pipelines/testSource.js';
import { x264 } from '../../../service/encoders/table.js';
import { test } from '../../tools/suite.js';

/** What each kind of host runs, element by element. The rate is one that no whole number stands for. */
const canvas = { width: 1280, height: 720, fpsNum: 30_000, fpsDen: 1001 };
const instance = 'x';
const raw = `video/x-raw,format=I420,width=1280,height=720,framerate=30000/1001,pixel-aspect-ratio=1/1,interlace-mode=progressive,colorimetry=bt709`;
/** A guest or a sender keeps its own rate. */
const anyRate = raw.replace(',framerate=30000/1001', '');
const sound = 'audio/x-raw,format=F32LE,layout=interleaved,rate=48000,channels=2,channel-mask=(bitmask)0x3';
const h264 = 'video/x-h264,stream-format=byte-stream,alignment=au';
const aac = 'audio/mpeg,mpegversion=4,stream-format=adts,rate=48000,channels=2';
const opus = 'audio/x-opus,channel-mapping-family=0,channels=2,rate=48000';

type Element = [factory: string, properties: Record<string, string>];

/** Every element of a description with what it is told, and where chains begin and end. */
function elementsOf(launch: string): Element[] {
	return launch.split(/ ! | {2}/).map((text): Element => {
		const [factory = '', ...rest] = text.match(/(?:[^\s"]|"(?:\\.|[^"\\])*")+/g) ?? [];
		return [
			factory,
			Object.fromEntries(
				rest.map((word) => {
					const [, name = '', value = ''] = /^([^=]+)="?(.*?)"?$/s.exec(word) ?? [];
					return [name, value];
				}),
			),
		];
	});
}

/** The properties of the elements of one factory, in their order. */
function all(launch: string, factory: string): Record<string, string>[] {
	return elementsOf(launch).flatMap(([name, properties]) => (name === factory ? [properties] : []));
}

function one(launch: string, factory: string): Record<string, string> {
	const found = all(launch, factory);
	assert.is(found.length, 1, `${found.length} ${factory} in ${launch}`);
	return found[0]!;
}

const capsOf = (launch: string) => all(launch, 'capsfilter').map(({ caps }) => caps);
const addressesOf = (launch: string, factory: string) => all(launch, factory).map(({ address }) => address);
/** The names of elements and pads in their order: what is linked with what. */
const shape = (launch: string) => launch.replace(/"(?:\\.|[^"\\])*"/g, '').replace(/ [\w-]+=[^ ]*/g, '');

const payloaders = 'h264parse ! rtph264pay';
/** What every receiver of H.264 over RTP needs: packets for any path, parameter sets with each key frame. */
const h264Pay = { pt: '96', mtu: '1200', 'config-interval': '-1', 'aggregate-mode': 'zero-latency' };
const opusEnc = { bitrate: '128000', 'frame-size': '20', 'inband-fec': 'true', 'packet-loss-percentage': '5', dtx: 'false' };

test('a picture is described in whole, its rate as a fraction', () => {
	assert.equal(capsOf(testSource({ instance, id: 'a', canvas, colour: '#c83232', toneHz: 440, label: 'A' })), []);
	const source = testSource({ instance, id: 'a', canvas, colour: '#c83232', toneHz: 440, label: 'A', flash: true });
	assert.equal(one(source, 'r58testsrc'), {
		name: 'test',
		'video-caps': raw,
		colour: '#c83232',
		'tone-hz': '440',
		label: 'A',
		flash: 'true',
	});
	assert.equal(addressesOf(source, 'r58linksink'), ['r58.x.a.video', 'r58.x.a.audio']);
	assert.match(source, /test\.video ! r58linksink.* test\.audio ! r58linksink/);
});

test('a capture device gives any size and rate, and the canvas comes out', () => {
	const launch = hdmiSource({
		instance,
		id: 'hdmi1',
		canvas,
		device: '/dev/video0',
		subdev: '/dev/v4l-subdev0',
		busInfo: 'usb-1',
		format: 'NV12',
	});
	assert.equal(one(launch, 'r58v4l2src'), {
		name: 'capture',
		device: '/dev/video0',
		subdev: '/dev/v4l-subdev0',
		'bus-info': 'usb-1',
		format: 'NV12',
		width: '1280',
		height: '720',
		framerate: '30000/1001',
	});
	assert.is(one(launch, 'videoconvertscale')['add-borders'], 'true');
	assert.equal(capsOf(launch), [`${raw},chroma-site=mpeg2`]);
	assert.equal(addressesOf(launch, 'r58linksink'), ['r58.x.hdmi1.video']);
});

test('a sound card runs on its own clock and is brought to the machine’s', () => {
	const launch = alsaSource({ instance, id: 'hdmi1', device: 'hw:1' });
	assert.equal(one(launch, 'alsasrc'), {
		name: 'card',
		device: 'hw:1',
		'provide-clock': 'false',
		'slave-method': 're-timestamp',
	});
	assert.is(shape(launch), 'alsasrc ! audioconvert ! audioresample ! capsfilter ! r58drift ! r58linksink');
	assert.equal(capsOf(launch), [sound]);
	assert.equal(addressesOf(launch, 'r58linksink'), ['r58.x.hdmi1.card']);
});

test('the mixer writes its picture, its sound and one sound for each guest to hear', () => {
	const launch = mixer({ instance, canvas, slots: 2 });
	assert.equal(one(launch, 'r58mixer'), { name: 'mixer', caps: raw, slots: '2', realtime: 'true' });
	assert.equal(
		addressesOf(launch, 'r58linksink'),
		['program.video', 'program.audio', 'n1-0.audio', 'n1-1.audio'].map((stream) => `r58.x.${stream}`),
	);
	for (const pair of [
		'video ! r58linksink name="program-video"',
		'audio ! r58linksink name="program-audio"',
		'n1_1 ! r58linksink name="n1-1-audio"',
	])
		assert.ok(launch.includes(`mixer.${pair}`), pair);
});

const program = encoder({ instance, canvas, video: x264, videoKbps: 2500, aacKbps: 160, opusKbps: 128 });

test('one encode serves every browser: constrained baseline, a key frame a second, no frame held back', () => {
	assert.equal(one(program, 'x264enc'), {
		name: 'encoder',
		tune: 'zerolatency',
		'speed-preset': 'superfast',
		bitrate: '2500',
		'vbv-buf-capacity': '101',
		'key-int-max': '30',
		bframes: '0',
		ref: '1',
		'byte-stream': 'true',
		aud: 'false',
		threads: '2',
	});
	assert.ok(capsOf(program).includes(`${h264},profile=constrained-baseline`));
	for (const [fpsNum, fpsDen, gop] of [
		[50, 1, '50'],
		[60_000, 1001, '60'],
		[24_000, 1001, '24'],
	] as const) {
		const properties = x264.properties({ ...canvas, fpsNum, fpsDen }, 1000);
		assert.is(String(properties['key-int-max']), gop);
		assert.is(properties['vbv-buf-capacity'], Math.ceil((3000 * fpsDen) / fpsNum - 1e-3), 'three frames, in ms');
	}
});

test('sound of the encoder: AAC for files and Opus for people, each back by what its codec is late', () => {
	assert.is(one(program, 'avenc_aac').bitrate, '160000');
	assert.equal(one(program, 'opusenc'), opusEnc);
	assert.equal(
		all(program, 'r58linksink').map(({ address, mode, 'pts-offset': offset, 'history-ms': history }) => [
			address,
			mode,
			offset,
			history,
		]),
		[
			['r58.x.program.h264', 'encoded', undefined, '16000'],
			// 1024 samples of priming, 312 of look-ahead, at 48 kHz.
			['r58.x.program.aac', 'encoded', '-21333333', '16000'],
			['r58.x.program.opus', 'encoded', '-6500000', '16000'],
		],
	);
	assert.equal(
		all(program, 'r58linksrc').map(({ address, caps, hold }) => [address, caps, hold]),
		[
			['r58.x.program.video', raw, '10'],
			['r58.x.program.audio', sound, '8'],
		],
	);
	assert.ok(capsOf(program).includes('audio/mpeg,mpegversion=4,stream-format=adts'));
	for (const queue of all(program, 'queue'))
		assert.equal(queue, { 'max-size-buffers': '50', 'max-size-time': '0', 'max-size-bytes': '0' });
});

test('the bitrate follows the picture, and is never too little for a face', () => {
	assert.equal(
		[
			canvas,
			{ ...canvas, width: 1920, height: 1080 },
			{ ...canvas, fpsNum: 60, fpsDen: 1 },
			{ ...canvas, width: 320, height: 180 },
		].map(videoKbpsFor),
		[2500, 5600, 5000, 800],
	);
});

const recorded = { video: 'program.h264', audio: 'program.aac' } as const;

test('a recording begins at its key frame, in fragments that are on the disk at once', () => {
	const launch = recorder({ instance, ...recorded, path: '/a b/program-001.mp4', startPtsNs: '7000', soundPtsNs: '7100' });
	assert.equal(
		all(launch, 'r58linksrc').map(({ name, address, caps, mode, start, 'start-pts': from, 'pts-origin': origin }) => [
			name,
			address,
			caps,
			mode,
			start,
			from,
			origin,
		]),
		[
			['video', 'r58.x.program.h264', h264, 'encoded', 'pts', '7000', '7000'],
			['audio', 'r58.x.program.aac', aac, 'encoded', 'pts', '7100', '7000'],
		],
	);
	assert.is(all(recorder({ instance, ...recorded, path: '/a', startPtsNs: '7000' }), 'r58linksrc')[1]!['start-pts'], '7000');
	assert.equal(one(launch, 'mp4mux'), { name: 'mux', 'fragment-duration': '500', 'fragment-mode': 'dash-or-mss' });
	assert.equal(one(launch, 'filesink'), {
		name: 'file',
		location: '/a b/program-001.mp4',
		async: 'false',
		sync: 'false',
		'buffer-mode': 'unbuffered',
	});
	for (const queue of all(launch, 'queue'))
		assert.equal(queue, { 'max-size-buffers': '0', 'max-size-bytes': '0', 'max-size-time': '10000000000' });
	assert.is(all(launch, 'queue').length, 2);
	assert.match(shape(launch), /h264parse ! mux\..*aacparse ! mux\..*mp4mux ! r58tracktime ! filesink$/);
});

test('viewers get the encoder’s own stream as it is', () => {
	const launch = programStreamer({ instance, maxPeers: 40 });
	assert.equal(one(launch, 'r58webrtc'), { name: 'rtc', mode: 'send', 'max-peers': '40' });
	assert.equal(
		all(launch, 'r58linksrc').map(({ address, caps, mode, start }) => [address, caps, mode, start]),
		[
			['r58.x.program.h264', h264, 'encoded', 'live'],
			['r58.x.program.opus', opus, 'encoded', 'live'],
		],
	);
	assert.equal(one(launch, 'rtph264pay'), h264Pay);
	assert.equal(one(launch, 'rtpopuspay'), { pt: '111' });
	assert.ok(shape(launch).includes(`${payloaders} ! rtc.video`) && shape(launch).endsWith('rtpopuspay ! rtc.audio_main'));
});

test('each guest hears the program without its own slot', () => {
	const launch = returnStreamer({ instance, maxPeers: 40, slots: 3, opusKbps: 64 });
	const minus = all(launch, 'r58linksrc').slice(1);
	assert.equal(
		minus.map(({ address, caps, fill }) => [address, caps, fill]),
		[0, 1, 2].map((slot) => [`r58.x.n1-${slot}.audio`, sound, 'false']),
	);
	for (const slot of [0, 1, 2])
		assert.match(
			launch,
			new RegExp(
				`address="r58\\.x\\.n1-${slot}\\.audio"[^.]*(?:\\.(?!audio_)[^.]*)*rtpopuspay pt=111 ! rtc\\.audio_${slot}(?: |$)`,
			),
		);
	for (const encoded of all(launch, 'opusenc')) assert.equal(encoded, { ...opusEnc, bitrate: '64000' });
});

test('the multiview mixes pictures alone and rather leaves one out than fall behind', () => {
	const launch = multiviewStreamer({ instance, maxPeers: 9, canvas, slots: 12, video: x264, videoKbps: 2500 });
	assert.equal(one(launch, 'r58mixer'), { name: 'mixer', caps: raw, slots: '12', audio: 'false' });
	assert.equal(one(launch, 'queue'), {
		'max-size-buffers': '2',
		'max-size-bytes': '0',
		'max-size-time': '0',
		leaky: 'downstream',
	});
	assert.is(one(launch, 'x264enc').bitrate, '2500');
	assert.equal(capsOf(launch), [`${h264},profile=constrained-baseline`]);
	assert.equal(one(launch, 'rtph264pay'), h264Pay);
});

test('a guest’s pictures are decoded without a frame of delay and keep their rate; its sound goes through the drift', () => {
	for (const [video, decoder] of [
		['H264', 'avdec_h264'],
		['VP8', 'vp8dec'],
	] as const) {
		const launch = guestSource({ instance, id: 'g', canvas, video, audio: true });
		assert.equal(one(launch, 'r58webrtc'), { name: 'rtc', mode: 'receive' });
		const wanted = video === 'H264' ? { 'max-threads': '2', 'thread-type': 'slice' } : { threads: '2' };
		for (const [name, value] of Object.entries(wanted)) assert.is(one(launch, decoder)[name], value, `${decoder} ${name}`);
		// The parser gets whole frames: it tears those of several slices that come as a byte stream.
		const whole = video === 'H264' ? ['video/x-h264,stream-format=avc,alignment=au'] : [];
		assert.equal(capsOf(launch), [...whole, anyRate, sound]);
		assert.is(one(launch, 'opusdec').plc, 'true');
		assert.is(one(launch, 'opusdec')['use-inband-fec'], 'true');
		assert.match(shape(launch), /rtc\.video_src ! .*videoconvertscale ! capsfilter ! r58linksink/);
		assert.match(shape(launch), /rtc\.audio_src ! .*audioresample ! capsfilter ! r58drift ! r58linksink$/);
		assert.equal(addressesOf(launch, 'r58linksink'), ['r58.x.g.video', 'r58.x.g.audio']);
	}
	assert.equal(addressesOf(guestSource({ instance, id: 'g', canvas, video: null, audio: true }), 'r58linksink'), [
		'r58.x.g.audio',
	]);
	assert.equal(addressesOf(guestSource({ instance, id: 'g', canvas, video: 'VP8', audio: false }), 'r58linksink'), [
		'r58.x.g.video',
	]);
});

test('plain RTP is taken at its own port and address, of the codec that was said', () => {
	const launch = rtpSource({
		instance,
		id: 'r',
		canvas,
		address: '127.0.0.1',
		video: { port: 5004, codec: 'vp8' },
		audio: { port: 5006 },
	});
	assert.equal(
		all(launch, 'udpsrc').map(({ address, port, reuse, 'buffer-size': size, caps }) => [address, port, reuse, size, caps]),
		[
			['127.0.0.1', '5004', 'false', '2000000', 'application/x-rtp'],
			['127.0.0.1', '5006', 'false', '2000000', 'application/x-rtp'],
		],
	);
	assert.equal(
		all(launch, 'r58rtpport').map(({ name, caps }) => [name, caps]),
		[
			['video-port', 'application/x-rtp,media=video,clock-rate=90000,encoding-name=VP8'],
			['audio-port', 'application/x-rtp,media=audio,clock-rate=48000,encoding-name=OPUS'],
		],
	);
	for (const buffer of all(launch, 'rtpjitterbuffer')) assert.is(buffer['do-lost'], 'true');
	assert.is(all(launch, 'rtpjitterbuffer').length, 2);
	assert.equal(capsOf(launch), [anyRate, sound]);
	const other = rtpSource({ instance, id: 'r', canvas, address: '0.0.0.0', video: { port: 1, codec: 'h264' }, audio: null });
	assert.match(one(other, 'r58rtpport').caps!, /encoding-name=H264$/);
	assert.equal(addressesOf(other, 'r58linksink'), ['r58.x.r.video']);
});

test('the program as plain RTP: picture and sound to a port each, as the encoder made them', () => {
	const launch = rtpTarget({ instance, host: 'receiver.local', videoPort: 5004, audioPort: 5006 });
	assert.equal(
		all(launch, 'udpsink').map(({ host, port, sync, async: asynchronous }) => [host, port, sync, asynchronous]),
		[
			['receiver.local', '5004', 'false', 'false'],
			['receiver.local', '5006', 'false', 'false'],
		],
	);
	assert.equal(
		all(launch, 'r58linksrc').map(({ address, caps, mode, start }) => [address, caps, mode, start]),
		[
			['r58.x.program.h264', h264, 'encoded', 'live'],
			['r58.x.program.opus', opus, 'encoded', 'live'],
		],
	);
	assert.equal([one(launch, 'rtph264pay'), one(launch, 'rtpopuspay')], [h264Pay, { pt: '111' }]);
	assert.equal(
		all(launch, 'r58meter').map(({ name }) => name),
		['video', 'audio'],
	);
	const silent = rtpTarget({ instance, host: 'h', videoPort: 5004, audioPort: null });
	assert.is(all(silent, 'udpsink').length, 1);
});

test.run();
