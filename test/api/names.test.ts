import * as assert from 'uvu/assert';
import type { z } from 'zod';
import { travelling } from '../../service/backup/tables.js';
import { clientMessageSchema } from '../../service/contract/events.js';
import { guestRequestSchema } from '../../service/contract/guestChannel.js';
import { plainText } from '../../service/contract/humanText.js';
import { settingsSchema } from '../../service/settings/schema.js';
import { type ApiServer, startApiServer } from '../tools/apiServer.js';
import { test } from '../tools/suite.js';

let server: ApiServer;
test.before(async () => {
	server = await startApiServer();
});
test.after(() => server.stop());

/** What an attacker calls themselves, and what of it anybody is to read. */
const given = '\u202eAda\u0000\u200b \u2066Lovelace\u2069\r\n\u001b';
const seen = 'Ada Lovelace';

/** Strings that are compared or parsed, and never shown as what somebody is called. */
const compared = /(^|\.)(password|presentPassword|token|code|ticket|subject|chainPem|keyPem|passphrase|secret|sdp|sdpMid|pass)$/;
/** The whole body of these is read by a parser of its own. */
const parsedWhole = /^(POST|PATCH) \/(whip|whep)\//;

interface Definition {
	type: string;
	shape?: Record<string, z.ZodType>;
	options?: z.ZodType[];
	element?: z.ZodType;
	innerType?: z.ZodType;
	valueType?: z.ZodType;
	in?: z.ZodType;
	out?: z.ZodType;
}

/** Every string inside a schema, by its path. */
function* stringsOf(schema: z.ZodType, path: string): Generator<[string, z.ZodType]> {
	const { type, shape, options, element, innerType, valueType, in: input, out } = schema.def as unknown as Definition;
	if (type === 'string') yield [path, schema];
	for (const [name, inner] of Object.entries(shape ?? {})) yield* stringsOf(inner, path === '' ? name : `${path}.${name}`);
	for (const inner of [...(options ?? []), element, innerType, valueType, input, out]) if (inner) yield* stringsOf(inner, path);
}

/** Whether it lets pass what is not seen: in the text as it is, and hidden in one that its pattern would take. */
function lets(schema: z.ZodType): boolean {
	return ['Ada\u202e', 'Ada\u200b', 'Ada\u0007', 'Ada\u3164', '\u2066Ada'].some((text) => {
		const { success, data } = schema.safeParse(text);
		return success && plainText(String(data)) !== data;
	});
}

test('no text that a route takes for a name, label or message holds what is not seen', () => {
	const taken: string[] = [];
	let looked = 0;
	for (const { method, path, body } of server.api.routes) {
		const name = `${method} ${path}`;
		if (!body || parsedWhole.test(name)) continue;
		for (const [field, string] of stringsOf(body, '')) {
			looked += 1;
			if (lets(string) && !compared.test(field)) taken.push(`${name}: ${field}`);
		}
	}
	for (const [name, schema] of Object.entries({ guestRequestSchema, clientMessageSchema }))
		for (const [field, string] of stringsOf(schema, '')) if (lets(string)) taken.push(`${name}: ${field}`);
	for (const [field, string] of stringsOf(settingsSchema, ''))
		if (lets(string) && !compared.test(field)) taken.push(`settings: ${field}`);
	assert.equal(taken, []);
	assert.ok(looked > 40, `${looked} strings were found`);
});

test('what is called something by anybody is called what can be seen', async () => {
	const { operator, technician, guest } = server.tokens;
	server.settings.patch({ access: { door: true } });
	const password = 'a long password';
	const cases: [string, string, string, object, string][] = [
		['POST', '/api/guests', operator, { name: given }, '/api/guests'],
		['PATCH', '/api/guests/guest-ada', operator, { name: given }, '/api/guests/guest-ada'],
		['POST', '/api/guests/guest-ada/messages', operator, { text: given }, '/api/guests/guest-ada'],
		['POST', '/api/sources', operator, { kind: 'rtp', label: given, video: { port: 5004 } }, '/api/sources'],
		['PATCH', '/api/sources/hdmi1', operator, { label: given }, '/api/sources/hdmi1'],
		['PUT', '/api/scenes/own', operator, { label: given, layers: [] }, '/api/scenes/own'],
		['POST', '/api/targets', operator, { kind: 'rtp', label: given, host: '192.0.2.1', videoPort: 5004 }, '/api/targets'],
		['POST', '/api/recordings', operator, { name: given }, '/api/recordings'],
		['POST', '/api/log', operator, { text: given }, '/api/log'],
		['POST', '/api/tokens', technician, { label: given, role: 'viewer' }, '/api/tokens'],
		['POST', '/api/users', technician, { name: given, role: 'viewer', password }, '/api/users'],
		['POST', '/api/door', guest, { name: given }, '/api/door/visitors'],
	];
	for (const [method, path, token, json, where] of cases) {
		const answer = await server.ask(method, path, { json, token: path === '/api/door' ? undefined : token });
		assert.ok(answer.ok, `${method} ${path}: ${answer.status} ${await answer.clone().text()}`);
		const text = await (await server.ask('GET', where, { token: technician })).text();
		assert.ok(text.includes(`"${seen}"`), `${method} ${path}: ${text.slice(0, 400)}`);
		assert.not.match(text, /\\u(0000|001b)|[\u202e\u2066\u200b]/, `${method} ${path}`);
	}
});

test('a name of a backup with what is not seen is left out', () => {
	const at = '2026-01-01T00:00:00Z';
	for (const [table, row] of Object.entries({
		tokens: { id: 'token-1', label: given, role: 'viewer', hash: '' },
		users: { id: 'user-1', name: given, role: 'viewer', password: 'x' },
	})) {
		assert.throws(() => travelling(table).check({ ...row, created_at: at }), /invisible characters/);
		assert.not.throws(() => travelling(table).check({ ...row, label: seen, name: seen, created_at: at }));
	}
});

test.run();
