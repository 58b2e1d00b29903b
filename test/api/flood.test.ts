import { execFileSync } from 'node:child_process';
import * as assert from 'uvu/assert';
import type { GuestInvite } from '../../service/contract/guests.js';
import { NotifySocket } from '../tools/machine/notifySocket.js';
import type { Flooded, FloodKind } from '../tools/net/flood.js';
import { flood, type Noticed, notice, percentile, sink } from '../tools/net/floods.js';
import { onQuietMachine } from '../tools/quiet.js';
import { TestService } from '../tools/service.js';
import { suite } from '../tools/suite.js';
import { until } from '../tools/wait.js';

export const alone = true;

/** Floods of 50 Mbit/s from one address on every listener of the real service, and what somebody else notices of them. */
const test = suite('a flood from one address');
const seconds = process.env.R58_LONG ? 20 : 2.5;
/** Of systemd's unit. */
const watchdogMs = 10_000;
const publicName = 'studio.example.org';
let manager: NotifySocket;
let service: TestService;
let guest: GuestInvite;
let tunnelUrl: string;
/** Beside the same flood that another program reads: what this machine makes of it by itself. */
let reference: Noticed;
let attackers = 0;

function listening(): string[] {
	return [
		...execFileSync('ss', ['-Hlntp'], { encoding: 'utf8' }).matchAll(/^\S+\s+\S+\s+\S+\s+127\.0\.0\.1:(\d+)\s.*pid=(\d+),/gm),
	]
		.filter(([, , pid]) => Number(pid) === service.pid)
		.map(([, port]) => port!);
}

test.before(async () => {
	manager = await NotifySocket.open();
	service = await TestService.start({
		canvas: '160x90p10',
		env: { NOTIFY_SOCKET: manager.path, WATCHDOG_USEC: String(watchdogMs * 1000) },
		args: ['--no-viewers'],
	});
	const { technicianToken: token } = service.ready;
	const before = listening();
	// A server that is not there: the entrance for its guests is open all the same.
	const tunnel = { host: '127.0.0.1', port: 1, user: 'studio', hostKey: 'ssh-ed25519 AAAAC3Nz', remotePort: 8080 };
	const set = await service.api('PATCH', '/api/settings', { access: { publicUrl: `https://${publicName}`, tunnel } }, { token });
	assert.is(set.status, 200, JSON.stringify(set.body));
	const port = await until(() => listening().find((each) => !before.includes(each)), { what: 'the entrance of the tunnel' });
	tunnelUrl = `http://127.0.0.1:${port}`;
	guest = (await service.api<GuestInvite>('POST', '/api/guests', { name: 'Ada' })).body;
	await until(async () => (await service.api('GET', '/api/health')).status === 200, { what: 'the program to be on air' });
	const elsewhere = await sink();
	const what = { url: elsewhere.url, kind: 'requests', host: 'x', localAddress: '127.0.66.1', seconds } as const;
	reference = await notice(service, manager, flood(what));
	elsewhere.close();
	tell('read by another program', reference);
});
test.after(() => {
	service?.destroy();
	manager?.close();
});

function tell(what: string, { cuts, healths, hungryMs }: Noticed): void {
	const of = (values: number[]) => [0.5, 0.95, 1].map((part) => percentile(values, part).toFixed(0)).join('/');
	console.log(`${what}: cut ${of(cuts)} ms, health ${of(healths)} ms, watchdog ${(hungryMs / 1000).toFixed(1)} s`);
}

/** Handled by the API, and turned away before it. */
async function counts(): Promise<{ handled: number; refused: Record<string, number> }> {
	const { body } = await service.api<string>('GET', '/metrics');
	const sum = (pattern: RegExp) => [...body.matchAll(pattern)].reduce((all, [, value]) => all + Number(value), 0);
	const refused = [...body.matchAll(/^r58_gate_refused\{reason="(\w+)"\} (\d+)/gm)].map(([, reason, n]) => [reason, Number(n)]);
	return { handled: sum(/^r58_http_requests_total\{.*\} (\d+)/gm), refused: Object.fromEntries(refused) };
}

/** Of one kind on one listener, from an address that did nothing so far. */
async function flooded(what: string, kind: FloodKind, url: string, host: string, path = '/nothing', connections = 16) {
	attackers += 1;
	const before = await counts();
	const attack = flood({
		url,
		kind,
		host,
		path,
		localAddress: `127.0.66.${1 + attackers}`,
		seconds,
		connections,
		token: guest.token,
	});
	const begun = performance.now();
	let noticed!: Noticed;
	let done!: Flooded;
	await onQuietMachine(what, async () => {
		noticed = await notice(service, manager, attack);
		done = await attack;
		tell(`${what} (${(done.bytes / 1e6).toFixed(1)} MB, ${done.connections} connections)`, noticed);
		const limit = (goal: number, part: number, of: 'cuts' | 'healths') => Math.max(goal, 3 * percentile(reference[of], part));
		const [cut, health] = [percentile(noticed.cuts, 0.95), percentile(noticed.healths, 1)];
		assert.ok(cut <= limit(100, 0.95, 'cuts'), `p95 of the cut: ${cut} ms`);
		assert.ok(health <= limit(500, 1, 'healths'), `health: ${health} ms`);
	});
	const after = await counts();
	assert.ok(noticed.hungryMs < watchdogMs, `the watchdog was not fed for ${noticed.hungryMs} ms`);
	assert.is(noticed.failed, 0, 'cuts and health of others that failed');
	const own = noticed.cuts.length + noticed.healths.length + 2;
	return {
		...done,
		handled: after.handled - before.handled - own,
		/** What the rate of one address lets through in this time (gate.ts). */
		mostHandled: 900 + 300 * ((performance.now() - begun) / 1000),
		refused: (reason: string) => after.refused[reason]! - before.refused[reason]!,
	};
}

const listeners: [name: string, url: () => string, host: string, path?: string][] = [
	['HTTP', () => service.http, 'localhost'],
	['HTTPS', () => service.https, 'localhost'],
	['the public name', () => service.https, publicName, '/guest_join'],
	['the tunnel', () => tunnelUrl, publicName, '/guest_join'],
	['the answers for the certificate authority', () => service.http, publicName, '/.well-known/acme-challenge/x'],
];
for (const [name, url, host, path] of listeners) {
	test(`pipelined requests on ${name} end their connections before the API sees them`, async () => {
		const { handled, refused, bytes } = await flooded(`pipelined on ${name}`, 'requests', url(), host, path);
		assert.ok(bytes > 100_000, `${bytes} bytes were sent`);
		assert.ok(refused('pipelined') > 0);
		assert.ok(handled < 100, `${handled} requests were handled`);
	});
}

test('heads of thousands of lines, bodies of one byte a chunk and single bytes take no more than their share', async () => {
	for (const kind of ['heads', 'chunks', 'records'] as const) {
		const { handled, mostHandled } = await flooded(kind, kind, service.http, 'localhost');
		assert.ok(handled <= mostHandled, `${handled} requests were handled`);
	}
});

test('handshakes come as fast as one address may, the others wait', async () => {
	const { connections } = await flooded('handshakes', 'connections', service.https, 'localhost', '/', 40);
	assert.ok(connections < 30 + 60 * (seconds + 5) + 40, `${connections} handshakes were made`);
});

test('WebSockets are opened as fast as one address may', async () => {
	const { refused } = await flooded('upgrades', 'upgrades', service.http, 'localhost', `/api/guests/${guest.id}/events`);
	assert.ok(refused('upgrades') > 0);
});

test('a guest who floods its channel by frames or by empty pieces of one is the only one to notice', async () => {
	for (const kind of ['frames', 'pieces'] as const)
		await flooded(kind, kind, service.http, 'localhost', `/api/guests/${guest.id}/events`, 4);
});

test.run();
