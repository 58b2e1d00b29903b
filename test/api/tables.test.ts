import * as assert from 'uvu/assert';
import { type ApiServer, startApiServer } from '../tools/apiServer.js';
import { test } from '../tools/suite.js';

let server: ApiServer;
test.before(async () => {
	server = await startApiServer();
});
test.after(() => server.stop());

/** What clients can make more of. What is new here needs a bound, a counter and a test of both (unit/bounded.test). */
const names = [
	'accounts',
	'addresses',
	'addresses that are logged in',
	'answers of the door',
	'audit entries',
	'audit repeats',
	'door ticket rates',
	'failed logins of accounts',
	'failed logins of addresses',
	'guest join rates of crew',
	'guest join rates of links',
	'guest join rates of viewers',
	'knocks of addresses',
	'knocks of households',
	'log lines held',
	'login codes',
	'message rates of guests',
	'message times of guests',
	'message times of the studio',
	'note rates',
	'places at the door',
	'polling rates',
	'polling sessions',
	'request rates of clients',
	'request rates of tokens',
	'revoked invites',
	'sessions',
	'show log entries',
	'sources that were heard',
	'streamer join rates of crew',
	'streamer join rates of links',
	'streamer join rates of viewers',
	'tokens',
	'upgrade rates of clients',
	'whep change rates',
	'whip change rates',
];

async function figures(metric: string): Promise<Record<string, number>> {
	const text = await (await server.ask('GET', '/metrics', { token: server.tokens.operator })).text();
	const found = [...text.matchAll(new RegExp(`^${metric}\\{table="([^"]+)"\\} (\\S+)$`, 'gm'))];
	return Object.fromEntries(found.map(([, name, value]) => [name!, Number(value)]));
}

test('every table that clients can make larger is in the metrics, with its bound and what was given up', async () => {
	const [entries, most, forgotten] = await Promise.all(
		['r58_table_entries', 'r58_table_entries_most', 'r58_table_forgotten'].map(figures),
	);
	for (const found of [entries!, most!, forgotten!]) assert.equal(Object.keys(found).sort(), names);
	for (const name of names) assert.ok(entries![name]! <= most![name]! && most![name]! > 0, name);
});

test('what is given up and what is refused at the door is counted in the metrics', async () => {
	server.settings.patch({ access: { door: true } });
	const knock = async () => (await server.ask('POST', '/api/door', { json: { name: 'X' } })).status;
	const codes = [await knock(), await knock(), await knock(), await knock()];
	assert.equal(codes, [201, 201, 201, 503]);
	const text = await (await server.ask('GET', '/metrics', { token: server.tokens.operator })).text();
	assert.match(text, /^r58_door_refused\{reason="share"\} 1$/m);
	assert.match(text, /^r58_door_gave_way 0$/m);
	assert.is((await figures('r58_table_entries'))['places at the door'], 3);
	for (let i = 0; i < 25; i++) await server.ask('POST', '/api/session', { json: { token: server.tokens.viewer } });
	assert.is((await figures('r58_table_forgotten')).sessions, 5);
});

test.run();
