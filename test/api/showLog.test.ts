import { rmSync } from 'node:fs';
import { join } from 'node:path';
import * as assert from 'uvu/assert';
import type { LogEntry, LogPage } from '../../service/contract/showLog.js';
import { openDatabase } from '../../service/store/database.js';
import { LogEntries } from '../../service/store/logEntries.js';
import { type ApiServer, startApiServer, temporaryFolder } from '../tools/apiServer.js';
import { test } from '../tools/suite.js';

let server: ApiServer;
test.before(async () => {
	server = await startApiServer();
});
test.after(() => server.stop());

async function find(query = ''): Promise<LogPage> {
	const response = await server.ask('GET', `/api/log?${query}`, { token: server.tokens.operator });
	assert.is(response.status, 200, await response.clone().text());
	return (await response.json()) as LogPage;
}

async function operate(method: string, path: string, json?: unknown): Promise<void> {
	const response = await server.ask(method, path, { token: server.tokens.operator, json });
	assert.ok(response.ok, `${method} ${path}: ${response.status}`);
}

/** What was added while `work` ran, oldest first. */
async function added(work: () => Promise<unknown>): Promise<LogEntry[]> {
	const { entries } = await find('limit=1');
	await work();
	return (await find(`after=${entries[0]!.id}`)).entries.reverse();
}

const brief = ({ kind, event, subject, text, who }: LogEntry) => [kind, event, subject, text, who];

test('a take has its scene, its exact frame and who asked for it; preview is no event', async () => {
	const entries = await added(async () => {
		await operate('PUT', '/api/preview', { scene: 'two' });
		await operate('POST', '/api/take', { kind: 'cut' });
		await operate('POST', '/api/cut', { scene: 'two' });
	});
	assert.equal(entries.map(brief), [
		['take', 'take', 'two', 'Cut to Two', 'operator'],
		['take', 'cut', 'two', 'Cut to Two', 'operator'],
	]);
	assert.equal([entries[0]!.frame, entries[0]!.ptsNs, entries[0]!.scene], [42, '1400000000', 'Two']);
	assert.match(entries[0]!.at, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}[+-]\d\d:\d\d$/);
});

test('what an operator changes is told once, by name; nothing of what was refused, nothing secret', async () => {
	const entries = await added(async () => {
		await operate('PATCH', '/api/guests/guest-ada', { name: 'Ada L.' });
		await operate('DELETE', '/api/guests/guest-bob');
		await server.ask('PATCH', '/api/guests/nobody', { token: server.tokens.operator, json: { name: 'X' } });
		await server.ask('DELETE', '/api/guests/guest-ada', { token: server.tokens.viewer });
		const secret = { label: 'Crew', role: 'operator' };
		await server.ask('POST', '/api/tokens', { token: server.tokens.technician, json: secret });
	});
	assert.equal(
		entries.map(({ kind, text, who }) => [kind, text, who]),
		[
			['action', 'Changed the guest Ada (name)', 'operator'],
			['action', 'Removed the guest Bob', 'operator'],
			['action', 'Created the token Crew', 'technician'],
		],
	);
});

test('a recording that an operator starts and stops is one line each', async () => {
	const entries = await added(async () => {
		await operate('POST', '/api/recordings', { name: 'Gala' });
		const { recordings } = server.show.state.current;
		const id = Object.values(recordings).find(({ name }) => name === 'Gala')!.id;
		await operate('POST', `/api/recordings/${id}/stop`);
	});
	assert.equal(
		entries.map(({ kind, event, who }) => [kind, event, who]),
		[
			['recording', 'started', 'operator'],
			['recording', 'stopped', 'operator'],
		],
	);
});

test('states that change by themselves are told by nobody: guests, targets, faults', async () => {
	const { state } = server.show;
	const turn = () => new Promise((resolve) => setImmediate(resolve));
	const entries = await added(async () => {
		state.guests.patch('guest-ada', { state: 'connecting' });
		await turn();
		state.guests.patch('guest-ada', { state: 'connected' });
		await turn();
		state.guests.patch('guest-ada', { lastError: 'the network went away' });
		state.guests.patch('guest-ada', { state: 'lost' });
		const fault = { code: 'disk-full', subject: 'recordings', message: 'full', since: '', count: 1, params: null, remedy: null };
		state.setFaults([fault]);
		await turn();
		state.setFaults([{ ...fault, count: 2 }]);
		await turn();
		state.setFaults([]);
		await turn();
	});
	assert.equal(entries.map(brief), [
		['guest', 'joined', 'guest-ada', 'Ada L. joined', null],
		['guest', 'lost', 'guest-ada', 'Ada L. was lost: the network went away', null],
		['fault', 'raised', 'recordings', 'recordings: full', null],
		['fault', 'cleared', 'recordings', 'recordings: cleared (disk-full)', null],
	]);
});

test('filters narrow, pages join without gap or overlap, wrong ones are refused by name', async () => {
	for (let i = 0; i < 5; i += 1) await operate('POST', '/api/log', { text: `Marker ${i} ÆØÅ` });
	const texts = ({ entries }: LogPage) => entries.map(({ text }) => text);
	const first = await find('kind=note&limit=2');
	assert.equal(texts(first), ['Marker 4 ÆØÅ', 'Marker 3 ÆØÅ']);
	const second = await find(`kind=note&limit=3&before=${first.next}`);
	assert.equal(texts(second), ['Marker 2 ÆØÅ', 'Marker 1 ÆØÅ', 'Marker 0 ÆØÅ']);
	assert.is(second.next, null);
	assert.equal(texts(await find(`text=${encodeURIComponent('marker 3 æø')}`)), ['Marker 3 ÆØÅ']);
	assert.equal(texts(await find('kind=note,take&text=marker&limit=1')), ['Marker 4 ÆØÅ']);
	assert.is((await find(`since=${encodeURIComponent('2099-01-01T00:00:00+02:00')}`)).entries.length, 0);
	assert.is((await find('until=2001-01-01T00:00:00Z')).entries.length, 0);
	for (const query of ['kind=nothing', 'limit=0', 'limit=100000', 'since=yesterday', 'before=-1', 'more=1']) {
		const response = await server.ask('GET', `/api/log?${query}`, { token: server.tokens.operator });
		assert.is(response.status, 400, query);
		assert.match(await response.text(), new RegExp(query.split('=')[0]!));
	}
});

test('a note is about the moment it names', async () => {
	const [note] = await added(() => operate('POST', '/api/log', { text: 'Applause', agoMs: 60_000 }));
	assert.ok(Math.abs(Date.now() - 60_000 - Date.parse(note!.at)) < 10_000, note!.at);
});

test('exports hold everything the filter lets through, oldest first; no cell runs as a formula', async () => {
	await operate('POST', '/api/log', { text: '=HYPERLINK("http://x","y")' });
	const get = async (format: string) => {
		const response = await server.ask('GET', `/api/log/export?kind=note&format=${format}`, { token: server.tokens.operator });
		assert.match(response.headers.get('content-disposition')!, new RegExp(`show-log\\.${format}`));
		return response.text();
	};
	const json = JSON.parse(await get('json')) as LogEntry[];
	assert.equal(
		json.map(({ id }) => id),
		(await find('kind=note&limit=1000')).entries.map(({ id }) => id).reverse(),
	);
	const lines = (await get('csv')).trim().split('\r\n');
	assert.is(lines.length, json.length + 1);
	assert.ok(lines.at(-1)!.includes(`"'=HYPERLINK(""http://x"",""y"")"`), lines.at(-1));
});

test('the log is bounded: the oldest go, and how many is known', () => {
	const dir = temporaryFolder();
	try {
		const { database } = openDatabase(join(dir, 'studio.db'));
		const log = new LogEntries(database, 10);
		const { id: _, ...entry } = sample;
		for (let i = 0; i < 5; i += 1) log.append(Array.from({ length: 5 }, (_, k) => ({ ...entry, text: String(i * 5 + k) })));
		log.purge(Date.parse(entry.at));
		assert.is(log.purged, 15);
		assert.equal(
			log.find({ limit: 100 }).map(({ text }) => text),
			['24', '23', '22', '21', '20', '19', '18', '17', '16', '15'],
		);
		log.purge(Date.parse(entry.at) + 500 * 86_400_000);
		assert.equal([log.find({ limit: 100 }), log.purged], [[], 25]);
		log.append([entry]);
		assert.equal([log.last()!.id, log.purged], [26, 25]);
		database.close();
	} finally {
		rmSync(dir, { recursive: true, force: true });
	}
});

const sample: LogEntry = {
	id: 0,
	at: '2026-05-01T19:30:00.120+02:00',
	monoNs: '1',
	run: 'a',
	kind: 'note',
	event: 'note',
	subject: null,
	text: '',
	who: null,
	scene: null,
	frame: null,
	ptsNs: null,
	timecode: '00:00:00:00',
};

test.run();
