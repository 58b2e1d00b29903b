import { Writable } from 'node:stream';
import * as assert from 'uvu/assert';
import { secretsOf } from '../../../service/settings/secrets.js';
import { createLog } from '../../../service/util/log.js';
import { LogLines } from '../../../service/util/logLines.js';
import { Redaction } from '../../../service/util/redaction.js';
import { suite } from '../../tools/suite.js';

/** What is never seen in a log or a bundle, and the lines that are kept. */
const test = suite('redaction and log lines');

test('secrets are taken out by what stands before them', () => {
	const canary = 'C4nary.Bird-77';
	const texts = [
		`Authorization: Bearer ${canary}`,
		`{"headers":{"authorization":"Bearer ${canary}"}}`,
		`{"token":"${canary}"}`,
		`{"apiToken": "${canary}"}`,
		`{"msg":"{\\"password\\":\\"${canary}\\"}"}`,
		`credential: ${canary}`,
		`password=${canary}&x=1`,
		`rtmp://user:${canary}@host/live`,
		`https://studio.local:8443/guest_join#${canary}`,
		`cookie r58_session=${canary}; path=/`,
		`a=ice-pwd:${canary}`,
		`-----BEGIN PRIVATE KEY-----\n${canary}\n-----END PRIVATE KEY-----`,
	];
	for (const text of texts) {
		const redaction = new Redaction();
		assert.not.match(redaction.clean(text), /C4nary/, text);
		assert.ok(redaction.count >= 1, text);
	}
});

test('known secrets are taken out wherever they stand, however they are written; sentences stay', () => {
	const redaction = new Redaction();
	redaction.hide(['north by "northwest"', 'short', 'hook/T0/abc def']);
	const clean = redaction.clean('turn said north by \\"northwest\\" and hook%2FT0%2Fabc%20def, in short');
	assert.is(clean, 'turn said [removed] and [removed], in short');
	assert.is(redaction.count, 2);
	const harmless = [
		'{"level":30,"time":"2026-01-01T00:00:00.000Z","msg":"stopping"}',
		'secret: true, credential: null',
		'the token has expired; https://studio.local:8443/api/tokens',
		'{"credential":true,"secret":null}',
	];
	for (const text of harmless) assert.is(redaction.clean(text), text);
});

test('secrets of settings are those of their fields, and what is behind the host of a webhook', () => {
	const settings = {
		network: { servers: [{ name: 'a', credential: 'one' }, { secret: 'two' }], cloudflare: { apiToken: 'three' } },
		alerts: { webhook: 'https://hook.example/T/four?x=5', secret: null },
	};
	assert.equal(secretsOf(settings), ['one', 'two', 'three', 'T/four?x=5']);
});

test('a line loses its secrets before it is written anywhere', () => {
	const written: string[] = [];
	const log = createLog('info', new Writable({ write: (line, _, done) => done(void written.push(String(line))) }));
	log.redaction.hide(['between two lamps']);
	log.warn({ url: 'turn:user:between two lamps', token: 'abcdef123456' }, 'failed with between two lamps');
	for (const text of [written.join(''), log.lines.texts().join('')]) {
		assert.match(text, /failed with \[removed\]/);
		assert.not.match(text, /lamps|abcdef123456/);
	}
});

const line = (level: number, minute: number, msg: string, more: object = {}) =>
	JSON.stringify({ level, time: `2026-01-01T00:${String(minute).padStart(2, '0')}:00.000Z`, msg, ...more });

test('lines are found by level, component, text and time', () => {
	const lines = new LogLines();
	lines.add(line(30, 1, 'started'));
	lines.add(line(40, 2, 'the camera is gone', { fault: 'input', subject: 'hdmi1', count: 2 }));
	lines.add(line(50, 3, 'the disk is full', { host: 'recorder a' }));
	lines.add('Segmentation fault');
	const found = (filter: object) => lines.page(filter).lines.map(({ message }) => message);
	assert.equal(found({ level: 'warn' }), ['the camera is gone', 'the disk is full', 'Segmentation fault']);
	assert.equal(found({ component: 'hdmi1' }), ['the camera is gone']);
	assert.equal(found({ text: 'DISK' }), ['the disk is full']);
	assert.equal(found({ text: '"count":2' }), ['the camera is gone']);
	assert.equal(found({ from: '2026-01-01T00:02:00.000Z', to: '2026-01-01T00:02:30.000Z' }), ['the camera is gone']);
	assert.equal(found({ limit: 1 }), ['Segmentation fault']);
	assert.equal(lines.page({}).components, ['hdmi1', 'recorder a', 'service']);
	assert.equal(lines.page({}).lines[1]!.details, '{"fault":"input","count":2}');
});

test('lines are followed by number; the ring is bounded, and says what was missed', () => {
	const lines = new LogLines();
	lines.add(line(30, 1, 'first'));
	const { next } = lines.page({});
	for (let i = 0; i < 20_000; i++) lines.add(line(30, 2, `line ${i}`));
	const page = lines.page({ since: next });
	assert.is(page.lines.length, 5000);
	assert.is(page.lines.at(-1)!.message, 'line 19999');
	assert.is(page.missed, 15_000);
	assert.equal(lines.page({ since: page.next }).lines, []);
	lines.add(line(30, 3, 'x'.repeat(1_000_000)));
	const [long] = lines.page({ since: page.next }).lines;
	assert.is(long!.message.length, 2000);
	assert.match(long!.details, /"cut":1000\d{3}/);
});

test('lines of earlier runs come first', () => {
	const lines = new LogLines();
	lines.add(line(30, 5, 'now'));
	const before = lines.page({}).next;
	lines.addEarlier([line(30, 1, 'one'), line(30, 2, 'two')]);
	assert.equal(
		lines.page({}).lines.map(({ message }) => message),
		['one', 'two', 'now'],
	);
	assert.is(lines.page({}).next, before);
});

test.run();
