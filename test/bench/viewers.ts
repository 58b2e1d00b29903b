/** One encode of 720p30 noise at 2.5 Mbit/s to many viewers: what one viewer costs the streamer's process. */
import { audioCaps, h264Caps, opusCaps, videoCaps } from '../../pipelines/canvas.js';
import { opusEncoder } from '../../pipelines/encoder.js';
import { caps, chain, element, pipeline } from '../../pipelines/launch.js';
import { linkAddress } from '../../pipelines/links.js';
import { programStreamer } from '../../pipelines/streamer.js';
import { checkOffer, finishAnswer } from '../../service/rtc/sdp.js';
import { LightPeers } from '../tools/engine/lightPeers.js';
import { Pipeline } from '../tools/engine/pipeline.js';
import { onThisMachine } from '../tools/net/offers.js';
import { pause } from '../tools/wait.js';
import { cpuPercent, median, memory, progress, report, threads } from './measure.js';

const steps = [1, 10, 50];
const windows = 3;
const windowMs = 4000;
const kbps = 2500;
const canvas = { width: 1280, height: 720, fpsNum: 30, fpsDen: 1 };
const instance = `bench-${process.pid}`;

const noise = pipeline(
	chain(
		element('videotestsrc', { 'is-live': true, pattern: 'snow' }),
		caps(videoCaps(canvas)),
		element('x264enc', {
			tune: 'zerolatency',
			'speed-preset': 'ultrafast',
			bitrate: kbps,
			'key-int-max': 60,
			'byte-stream': true,
			threads: 2,
		}),
		caps(`${h264Caps},profile=constrained-baseline`),
		element('r58linksink', { address: linkAddress(instance, 'program.h264'), mode: 'encoded' }),
	),
	chain(
		element('audiotestsrc', { 'is-live': true, wave: 'pink-noise', samplesperbuffer: 480 }),
		caps(audioCaps),
		opusEncoder(128),
		caps(opusCaps),
		element('r58linksink', { address: linkAddress(instance, 'program.opus'), mode: 'encoded' }),
	),
);

const source = new Pipeline();
const streamer = new Pipeline();
const receivers = new LightPeers();

async function signal(offer: string, id: string): Promise<string> {
	const checked = checkOffer(offer, { direction: 'watch', way: onThisMachine });
	const answer = streamer.waitEvent('answer', (body) => body.id === id);
	streamer.command('rtc', {
		op: 'add',
		id,
		sdp: checked.offer,
		fingerprint: checked.fingerprint,
		video: checked.video ? { pt: checked.video.pt, codec: checked.video.codec } : null,
		audio: checked.audio ? { pt: checked.audio.pt, pad: 'audio_main' } : null,
	});
	return finishAnswer((await answer).sdp, checked);
}

/** Processor time of the streamer, % of a core: the median of some windows. */
async function cpu(): Promise<number> {
	const percents: number[] = [];
	for (let i = 0; i < windows; i++) percents.push(await cpuPercent(streamer.pid, windowMs));
	return median(percents);
}

try {
	await source.start(noise);
	await streamer.start(programStreamer({ instance, maxPeers: 100 }));
	await pause(2000);
	const alone = { cpu: await cpu(), threads: threads(streamer.pid), pss: memory(streamer.pid).pss };
	report({ what: 'streamer without viewers', value: alone.cpu, unit: '% of a core', n: windows });
	for (const viewers of steps) {
		while (receivers.count < viewers) await receivers.add(signal);
		await pause(1500);
		progress(`${viewers} viewers, ${(windows * windowMs) / 1000} s`);
		const [percent, rate] = await Promise.all([cpu(), receivers.rate(windows * windowMs)]);
		const each = (percent - alone.cpu) / viewers;
		const what = (name: string) => `${name}, ${viewers} viewers`;
		const note = `each got ${rate.mbit.toFixed(2)} Mbit/s, ${rate.packets.toFixed(0)} packets/s, none less than ${rate.fewest.toFixed(0)}`;
		report({ what: what('streamer in all'), value: percent, unit: '% of a core', n: windows, note });
		report({ what: what('one viewer'), value: each, unit: '% of a core', n: windows, goal: 0.8 });
		report({ what: what('one packet to one viewer'), value: (each * 10_000) / rate.packets, unit: 'µs', n: windows });
		report({ what: what('threads of one viewer'), value: (threads(streamer.pid) - alone.threads) / viewers, unit: 'threads' });
		report({ what: what('memory of one viewer'), value: (memory(streamer.pid).pss - alone.pss) / viewers, unit: 'MB' });
	}
	if (streamer.errors.length > 0) throw new Error(streamer.errors.join('\n'));
} finally {
	receivers.stop();
	streamer.kill();
	source.kill();
}
