import { rmSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Applied, Recording } from '../../service/api/schema.js';
import type { LogEntry, LogPage } from '../../service/showLog/entry.js';
import { temporaryFolder } from '../tools/apiServer.js';
import { TestService } from '../tools/service.js';
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
const test = suite<Context>('show log');

test.before(async (context) => {
	context.dataDir = temporaryFolder();
	context.service = await start(context.dataDir);
});
test.after(async ({ service, dataDir }) => {
	await service?.stop().finally(() => rmSync(dataDir, { recursive: true, force: true }));
});

/** Four inputs and a program that nobody watches: that is cheap. */
async function start(dataDir: string): Promise<TestService> {
	const env = { R58_VIEWERS: '0' };
	const service = await TestService.start({ dataDir, env, canvas: '320x180p30', timeoutMs: 90_000 });
	const running = async () =>
		(await service.api('GET', '/api/health')).status === 200 &&
		Object.values((await service.state()).sources).every(({ state }) => state === 'live');
	await until(running, { what: 'program and inputs', timeoutMs: 60_000, everyMs: 200 });
	return service;
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
	await until(back, { what: 'hdmi3 to be back in the log', timeoutMs: 30_000 });
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
	assert.ok(json.marks.every(({ ms }) => ms >= 0 && ms <= recording.durationMs + 1000));
});

test('a service killed with -9 loses no more than the last second; its recording gets its log at the next start', async (context) => {
	const { service, dataDir } = context;
	const { id } = await ok(service.api<Recording>('POST', '/api/recordings', { name: 'Cut short' }));
	const cut = await ok(service.api<Applied>('POST', '/api/cut', { scene: 'source-hdmi4' }));
	await pause(1000);
	service.kill('SIGKILL');
	await service.ended;
	service.destroy();
	context.service = await start(dataDir);

	const { entries } = await ok(context.service.api<LogPage>('GET', '/api/log?kind=take,system&limit=2'));
	assert.equal(
		entries.map(({ event, frame, text }) => [event, frame, /not been stopped properly/.test(text)]),
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
