/** What operators may make, and where the program may be sent to: the real studio as far as its panel. */
import { rmSync } from 'node:fs';
import * as assert from 'uvu/assert';
import { specialAddress } from '../../../service/targets/specialAddresses.js';
import { limits } from '../../../service/util/limits.js';
import { type Folder, makeFolder } from '../../tools/dataFolder.js';
import { type Panel, panelOf } from '../../tools/panelOf.js';
import { test } from '../../tools/suite.js';

let folder: Folder;
test.before.each(() => {
	folder = makeFolder('Ada', 0);
});
test.after.each(() => rmSync(folder.dataDir, { recursive: true, force: true }));

type Answer = { status: number; message: string; id: string };
const asking =
	({ httpUrl, token }: Panel) =>
	async (method: string, path: string, json: unknown): Promise<Answer> => {
		const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
		const answer = await fetch(httpUrl + path, { method, headers, body: JSON.stringify(json) });
		const body = (await answer.json()) as { error?: { message: string }; id: string };
		return { status: answer.status, message: body.error?.message ?? '', id: body.id };
	};
/** Makes one after the other until one is refused; how many there were. */
async function untilRefused(make: (n: number) => Promise<Answer>): Promise<{ made: number; refusal: Answer }> {
	for (let made = 0; made < 5000; made += 1) {
		const answer = await make(made);
		if (answer.status >= 400) return { made, refusal: answer };
	}
	throw new Error('nothing was refused');
}

test('scenes, targets, tokens, invites and notes have a limit, and the refusal says it', async () => {
	await panelOf(folder, async (panel) => {
		const ask = asking(panel);
		const own = Object.keys(panel.state.scenes).filter((id) => !id.startsWith('source-')).length;
		const layers = [{ source: 'hdmi1', x: 0, y: 0, w: 1, h: 1 }];
		const scenes = await untilRefused((n) => ask('PUT', `/api/scenes/s${n}`, { layers }));
		assert.equal([scenes.made, scenes.refusal.status], [limits.scenes - own, 409]);
		assert.match(scenes.refusal.message, /the maximum is 200/);
		assert.is((await ask('PUT', '/api/scenes/s0', { layers, label: 'changed' })).status, 200, 'what is there is changed still');
		const target = { kind: 'rtp', label: 't', host: '192.0.2.9', videoPort: 5004, enabled: false };
		const targets = await untilRefused(() => ask('POST', '/api/targets', target));
		// One is in the folder.
		assert.equal([targets.made, targets.refusal.status], [limits.targets - 1, 409]);
		assert.match(targets.refusal.message, /the maximum is 16/);
		const tokens = await untilRefused(() => ask('POST', '/api/tokens', { label: 'x', role: 'viewer' }));
		assert.match(tokens.refusal.message, /the maximum is 200/);
		const { id } = await ask('POST', '/api/guests', { name: 'Gus' });
		const invites = await untilRefused(() => ask('POST', `/api/guests/${id}/invite`, {}));
		assert.equal([invites.made, invites.refusal.status], [limits['invites of this guest'] - 1, 409]);
		const guests = await untilRefused((n) => ask('POST', '/api/guests', { name: `Guest ${n}` }));
		assert.match(guests.refusal.message, /all 12 mixer inputs are in use/);
		const notes = await untilRefused((n) => ask('POST', '/api/log', { text: `note ${n}` }));
		assert.equal([notes.made >= 20 && notes.made < 40, notes.refusal.status], [true, 429]);
	});
});

test('this machine, broadcasts and groups are targets with a technician’s setting alone, also by a name', async () => {
	await panelOf(folder, async (panel) => {
		const ask = asking(panel);
		for (const { id } of Object.values(panel.studio.state.current.targets)) await panel.studio.targets.remove(id);
		const target = (host: string) =>
			ask('POST', '/api/targets', { kind: 'rtp', label: 't', host, videoPort: 5004, enabled: false });
		const special = [
			'127.0.0.1',
			'127.9.9.9',
			'0.0.0.0',
			'::',
			'::1',
			'::ffff:127.0.0.1',
			'224.0.0.1',
			'ff02::1',
			'255.255.255.255',
			'localhost',
		];
		for (const host of special) {
			const { status, message } = await target(host);
			assert.is(status, 400, host);
			assert.match(message, /^host: .*network\.specialTargets/, host);
		}
		const { id, status } = await target('198.51.100.9');
		assert.is(status, 201);
		assert.is((await ask('PATCH', `/api/targets/${id}`, { host: '127.0.0.1' })).status, 400);
		panel.settings.patch({ network: { specialTargets: true } });
		for (const host of ['127.0.0.1', '239.1.2.3', 'localhost']) assert.is((await target(host)).status, 201, host);
	});
});

test('an address is special on every interface of this machine, and in every spelling', () => {
	const info = (address: string, netmask: string) =>
		({ address, netmask, family: 'IPv4', mac: '', internal: false, cidr: null }) as const;
	const interfaces = { eth0: [info('192.168.77.4', '255.255.255.0')], wg0: [info('10.9.0.1', '255.255.255.254')] };
	const of = (address: string) => specialAddress(address, interfaces);
	assert.is(of('192.168.77.255'), 'a broadcast address');
	assert.is(of('192.168.77.4'), 'this machine');
	assert.is(of('::ffff:c0a8:4dff'), 'a broadcast address');
	assert.is(of('::ffff:7f00:1'), 'this machine');
	for (const other of ['192.168.77.9', '10.9.0.0', '198.51.100.1', '2001:db8::1']) assert.is(of(other), null, other);
});

test.run();
