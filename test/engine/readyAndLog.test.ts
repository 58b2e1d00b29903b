import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import * as assert from 'uvu/assert';
import type { Applied } from '../../service/contract/buses.js';
import type { Check, Ready } from '../../service/contract/ready.js';
import type { Recording } from '../../service/contract/recordings.js';
import type { LogEntry, LogPage } from '../../service/contract/showLog.js';
import type { Source } from '../../service/contract/sources.js';
import type { Target } from '../../service/contract/targets.js';
import { recordingKbps } from '../../service/ready/recording.js';
import { temporaryFolder } from '../tools/apiServer.js';
import { GstLaunch, killLaunches } from '../tools/engine/gstLaunch.js';
import { freePorts } from '../tools/net/ports.js';
import { TestService } from '../tools/service.js';
import { suite } from '../tools/suite.js';
import { pause, until } from '../tools/wait.js';

/** What is written beside a recording. */
interface RecordingLog {
	recording: Pick<Recording, 'id' | 'startFrame' | 'durationMs'>;
	chapters: { title: string; startMs: number; endMs: number }[];
	marks: (Pick<LogEntry, 'kind' | 'event' | 'subject' | 'text'> & { ms: number; frame: number; timecode: string })[];
}

interface Context {
	dataDir: string;
	service: TestService;
}
const test = suite<Context>('ready page and show log');

test.before(async (context) => {
	context.dataDir = temporaryFolder();
	context.service = await start(context.dataDir);
	await onAir(context.service);
});
test.after(async ({ service, dataDir }) => {
	killLaunches();
	await service?.stop().finally(() => rmSync(dataDir, { recursive: true, force: true }));
});

/** Four inputs and a program that nobody watches: that is cheap. */
function start(dataDir: string): Promise<TestService> {
	const args = ['--no-viewers', '--test', 'quietMs=2500'];
	return TestService.start({ dataDir, args, canvas: '320x180p30' });
}

async function onAir(service: TestService): Promise<void> {
	const running = async () =>
		(await service.api('GET', '/api/health')).status === 200 &&
		Object.values((await service.state()).sources).every(({ kind, state }) => kind !== 'test' || state === 'live');
	await until(running, { what: 'program and inputs', everyMs: 200 });
}

/** A program outside that sends black and silence. */
function darkSender(video: number, audio: number): GstLaunch {
	const caps = 'video/x-raw,width=160,height=90,framerate=15/1';
	return new GstLaunch(
		`videotestsrc is-live=true pattern=black ! ${caps} ! x264enc tune=zerolatency key-int-max=15 ! rtph264pay config-interval=-1 ! udpsink host=127.0.0.1 port=${video} ` +
			`audiotestsrc is-live=true wave=silence ! audio/x-raw,rate=48000,channels=2 ! opusenc ! rtpopuspay ! udpsink host=127.0.0.1 port=${audio}`,
	);
}

async function ok<T>(answer: Promise<{ status: number; body: T }>): Promise<T> {
	const { status, body } = await answer;
	assert.ok(status < 300, JSON.stringify(body));
	return body;
}

async function entriesAfter(service: TestService, id: number): Promise<LogEntry[]> {
	return (await ok(service.api<LogPage>('GET', `/api/log?after=${id}&limit=1000`))).entries.reverse();
}

/** A busy machine loses and finds inputs at any time: of them only the fault has its place in the order. */
const asked = ({ kind, subject }: Pick<LogEntry, 'kind' | 'subject'>) =>
	['take', 'recording', 'audio', 'note'].includes(kind) || (kind === 'fault' && subject === 'source hdmi3');
const brief = ({ kind, event, subject, frame }: Pick<LogEntry, 'kind' | 'event' | 'subject' | 'frame'>) => [
	kind,
	event,
	subject,
	frame,
];

async function recordingLog(service: TestService, id: string): Promise<{ json: RecordingLog; lines: string[] }> {
	const { files } = await ok(service.api<Recording>('GET', `/api/recordings/${id}`));
	assert.equal(
		files.filter(({ role }) => role === 'log').map(({ name }) => name),
		['show-log.csv', 'show-log.json'],
	);
	const file = <T>(name: string) => ok(service.api<T>('GET', `/api/recordings/${id}/files/${name}`));
	return { json: await file<RecordingLog>('show-log.json'), lines: (await file<string>('show-log.csv')).trim().split('\r\n') };
}

/** Waits for what a check says. */
async function checkOf(service: TestService, id: string, fits: (check: Check) => boolean): Promise<Check> {
	return until(
		async () => {
			const { checks } = await ok(service.api<Ready>('GET', '/api/ready'));
			const check = checks.find((check) => check.id === id);
			if (check && fits(check)) return check;
			throw new Error(JSON.stringify(check));
		},
		{ what: `the check ${id}`, everyMs: 200 },
	);
}

test('ready: an input counts and moves; stopped, its check fails and says what to do, and so does its fault', async ({
	service,
}) => {
	await checkOf(service, 'input-hdmi2', ({ text }) => /fps measured.*the picture moves/.test(text));
	await checkOf(service, 'sound-hdmi2', ({ status }) => status === 'ok');
	const { pid } = await service.host('source', 'hdmi2');
	process.kill(pid, 'SIGSTOP');
	const failed = await checkOf(service, 'input-hdmi2', ({ status }) => status === 'fail');
	assert.ok(failed.remedy, JSON.stringify(failed));
	await checkOf(service, 'sound-hdmi2', ({ status }) => status !== 'ok');
	const fault = await checkOf(service, 'fault-host-restarted-source hdmi2', () => true);
	assert.match(fault.text, /not advancing/);
	assert.ok(fault.remedy);
	await checkOf(service, 'input-hdmi2', ({ status, text }) => status !== 'fail' && /the picture moves/.test(text));
});

test('ready: a black picture and silence are no picture and no sound', async ({ service }) => {
	const [video, audio] = await freePorts(2);
	const rtp = { kind: 'rtp', label: 'Dark', video: { port: video }, audio: { port: audio } };
	const { id } = await ok(service.api<Source>('POST', '/api/sources', rtp));
	await checkOf(service, `input-${id}`, ({ status, remedy }) => status === 'fail' && /ports/.test(remedy!));
	const sender = darkSender(video!, audio!);
	await checkOf(service, `input-${id}`, ({ status, text }) => status === 'warn' && /black/.test(text));
	await checkOf(service, `sound-${id}`, ({ status, text }) => status === 'warn' && /^No sound for/.test(text));
	await checkOf(service, 'sound-master', ({ status }) => status === 'ok');
	await ok(service.api('POST', '/api/cut', { scene: `source-${id}` }));
	await checkOf(service, 'sound-master', ({ status, text }) => status === 'warn' && /^Silent for \d+ s/.test(text));
	await ok(service.api('POST', '/api/cut', { scene: 'full' }));
	await checkOf(service, 'sound-master', ({ status }) => status === 'ok');
	await sender.kill();
	await ok(service.api('DELETE', `/api/sources/${id}`));
});

test('ready: targets are tried out without going live; what cannot be known is said so', async ({ service }) => {
	const receiver = createSocket('udp4').bind(0, '127.0.0.1');
	await once(receiver, 'listening');
	const [closed] = await freePorts(1);
	await service.allowOwnTargets();
	const make = async (host: string, videoPort: number) => {
		const target = { kind: 'rtp', label: host, host, videoPort, enabled: false };
		return (await ok(service.api<Target>('POST', '/api/targets', target))).id;
	};
	const ids = {
		open: await make('127.0.0.1', (receiver.address() as AddressInfo).port),
		refusing: await make('127.0.0.1', closed!),
		unknown: await make('wall.invalid', 5004),
	};
	await checkOf(service, `target-${ids.open}`, ({ status, text }) => status === 'off' && /not tested/.test(text));
	const begun = await ok(service.api<Ready>('POST', '/api/ready/test'));
	assert.equal([begun.test.running, begun.test.total], [true, 4]);
	await checkOf(
		service,
		`target-${ids.refusing}`,
		({ status, text }) => status === 'fail' && /nothing listens on port/.test(text),
	);
	await checkOf(
		service,
		`target-${ids.unknown}`,
		({ status, text }) => status === 'fail' && /wall.invalid does not resolve/.test(text),
	);
	await checkOf(
		service,
		`target-${ids.open}`,
		({ status, text }) => status === 'off' && /Not tested: RTP gets no reply/.test(text),
	);
	await checkOf(service, 'disk-write', ({ testedAt, text }) => testedAt !== null && /MB\/s/.test(text));
	await until(async () => !(await ok(service.api<Ready>('GET', '/api/ready'))).test.running, { what: 'the end of the tests' });
	for (const { state, packets } of Object.values((await service.state()).targets)) assert.equal([state, packets], ['off', 0]);
	receiver.close();
});

test('ready: a show longer than the disk lasts does not fit; the clock is not called right where nobody knows', async ({
	service,
}) => {
	const state = await service.state();
	const leftMin = (state.system.disk!.freeBytes * 8) / (recordingKbps(state)! * 1000) / 60;
	await checkOf(service, 'disk', ({ status, remedy }) => status === 'warn' && /planned length/.test(remedy!));
	await ok(service.api('PUT', '/api/ready/plan', { minutes: Math.min(366 * 1440, Math.ceil(leftMin * 1.5)) }));
	await checkOf(service, 'disk', ({ status, text }) => status === 'fail' && /not enough for/.test(text));
	await ok(service.api('PUT', '/api/ready/plan', { minutes: Math.max(1, Math.floor(leftMin / 3)) }));
	await checkOf(service, 'disk', ({ status }) => status === 'ok');
	assert.is((await service.state()).system.plan.minutes, Math.max(1, Math.floor(leftMin / 3)));
	const { checks, counts, status } = await ok(service.api<Ready>('GET', '/api/ready'));
	assert.is(checks.find(({ id }) => id === 'clock')!.status, 'off');
	assert.is(
		Object.values(counts).reduce((sum, count) => sum + count, 0),
		checks.length,
	);
	assert.is(status, counts.fail > 0 ? 'fail' : 'warn');
	assert.is(new Set(checks.map(({ id }) => id)).size, checks.length);
});

test('a show is told in order, with its exact frames; beside its recording lies the same by the recording’s time', async ({
	service,
}) => {
	const [last] = (await ok(service.api<LogPage>('GET', '/api/log?limit=1'))).entries;
	const { id, startFrame } = await ok(service.api<Recording>('POST', '/api/recordings', { name: 'Gala' }));
	const cut = await ok(service.api<Applied>('POST', '/api/cut', { scene: 'source-hdmi2' }));
	const take = await ok(service.api<Applied>('POST', '/api/take', { kind: 'mix', durationMs: 200 }));
	const { pid } = await service.host('source', 'hdmi3');
	process.kill(pid, 'SIGKILL');
	await service.host('source', 'hdmi3', { not: pid });
	const events = async () =>
		(await entriesAfter(service, last!.id)).map(({ kind, event, subject }) => `${kind} ${event} ${subject}`);
	const back = async () => {
		const told = await events();
		return (
			told.indexOf('source live hdmi3', told.indexOf('fault raised source hdmi3') + 1) > 0 &&
			told.includes('fault raised source hdmi3')
		);
	};
	await until(back, { what: 'hdmi3 to be back in the log' });
	for (const mute of [true, false, true]) await ok(service.api('PATCH', '/api/audio/hdmi1', { mute }));
	await until(async () => (await events()).includes('audio muted hdmi1'), { what: 'the mute in the log' });
	await ok(service.api('POST', '/api/log', { text: 'Applause' }));
	const recording = await ok(service.api<Recording>('POST', `/api/recordings/${id}/stop`));

	const told = (await entriesAfter(service, last!.id)).filter(asked).filter(({ event }) => event !== 'cleared');
	assert.equal(told.map(brief), [
		['recording', 'started', id, startFrame],
		['take', 'cut', 'source-hdmi2', cut.frame],
		['take', 'take', take.program, take.frame],
		['fault', 'raised', 'source hdmi3', null],
		['audio', 'muted', 'hdmi1', null],
		['note', 'note', null, null],
		['recording', 'stopped', id, null],
	]);
	assert.equal(
		told.map(({ who }) => who),
		['demo', 'demo', 'demo', null, 'demo', 'demo', 'demo'],
	);

	const { json, lines } = await recordingLog(service, id);
	const marks = json.marks.filter((mark) => asked(mark) && mark.event !== 'cleared');
	assert.equal(
		marks.map(({ kind, event, subject }) => [kind, event, subject]),
		told.slice(0, -1).map(({ kind, event, subject }) => [kind, event, subject]),
	);
	assert.equal(
		marks.slice(0, 3).map(({ frame }) => frame),
		[0, cut.frame - startFrame!, take.frame - startFrame!],
	);
	assert.equal(
		json.chapters.map(({ title, startMs }) => [title, Math.round((startMs * 30) / 1000)]),
		[
			['Full', 0],
			['HDMI 2', cut.frame - startFrame!],
			['HDMI 1', take.frame - startFrame!],
		],
	);
	assert.is(lines.length, json.marks.length + 1);
	for (const [i, { timecode, frame, subject }] of json.marks.entries())
		assert.ok(lines[i + 1]!.includes(`,${timecode},${frame},`) && lines[i + 1]!.includes(`,${subject ?? ''},`), lines[i + 1]);
	assert.ok(json.marks.every(({ ms }) => ms >= 0 && ms <= recording.durationMs + 2000));
});

test('a service killed with -9 loses no more than the last second; its recording gets its log at the next start', async (context) => {
	const { service, dataDir } = context;
	// A recording begins at the key frame before, up to a second ago: the take of the one before is to lie further back.
	await pause(1500);
	const { id } = await ok(service.api<Recording>('POST', '/api/recordings', { name: 'Cut short' }));
	const cut = await ok(service.api<Applied>('POST', '/api/cut', { scene: 'source-hdmi4' }));
	await pause(1000);
	service.kill('SIGKILL');
	await service.ended;
	service.destroy();
	context.service = await start(dataDir);

	const { entries } = await ok(context.service.api<LogPage>('GET', '/api/log?kind=take,system&limit=2'));
	assert.equal(
		entries.map(({ event, frame, text }) => [event, frame, /not been shut down properly/.test(text)]),
		[
			['started', null, true],
			['cut', cut.frame, false],
		],
	);
	await context.service.waitState(
		({ recordings }) => recordings[id]!.files.some(({ role }) => role === 'log'),
		'the log of the recording',
	);
	const { json } = await recordingLog(context.service, id);
	assert.ok(json.marks.some(({ event, subject }) => event === 'cut' && subject === 'source-hdmi4'));
	assert.is(json.chapters[0]!.title, 'HDMI 1');
});

test.run();
