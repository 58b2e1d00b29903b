import { spawnSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import * as assert from 'uvu/assert';
import type { Status, System } from '../../service/contract/system.js';
import { root, TestService } from '../tools/service.js';
import { suite } from '../tools/suite.js';
import { patienceMs, until } from '../tools/wait.js';

/** The service after crashes of any kind, and what `r58 status` says of it. */
const test = suite('safe mode and status');
const services: TestService[] = [];

/** Makes mistakes that nobody catches, when it is told to: as Node itself sees them. */
const mistakes = `
	process.on('SIGUSR2', () => void Promise.reject(new Error('a promise that nobody caught')));
	process.on('SIGHUP', () => { throw new Error('an error that nobody caught'); });
`;

async function start(dataDir?: string, env: Record<string, string> = {}): Promise<TestService> {
	const service = await TestService.start({ env, canvas: '320x180p15', ...(dataDir !== undefined && { dataDir }) });
	services.push(service);
	return service;
}

function r58(...args: string[]) {
	const { status, stdout, stderr } = spawnSync(process.execPath, [join(root, 'dist/service/cli/r58.js'), ...args], {
		timeout: patienceMs,
	});
	return { code: status, out: String(stdout), error: String(stderr) };
}

test.after.each(() => {
	for (const service of services.splice(0).reverse()) service.destroy();
});

test('after three starts that crash the inputs stay off; a technician lets them start; a clean stop forgets it', async () => {
	const first = await start();
	const { dataDir } = first;
	first.kill('SIGKILL');
	await first.ended;
	for (const [signal, event, message] of [
		['SIGUSR2', 'unhandledRejection', 'a promise that nobody caught'],
		['SIGHUP', 'uncaughtException', 'an error that nobody caught'],
	] as const) {
		const again = await start(dataDir, { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(mistakes)}` });
		assert.is((await again.state()).system.safeMode, false);
		again.kill(signal);
		assert.equal(await again.ended, { code: 1, signal: null });
		await until(() => again.hosts().length === 0, { what: `the end of the hosts after an ${event}` });
		const told = await until(() => again.logs.find((line) => typeof line === 'object' && line.level === 60), {
			what: 'the last line of the log',
		});
		assert.match(JSON.stringify(told), new RegExp(`"type":"Error","message":"${message}","stack":.*"event":"${event}"`));
	}

	const safe = await start(dataDir);
	await until(async () => (await safe.api('GET', '/api/health')).status === 200, { what: 'the program to be on air' });
	const { system, sources, faults } = await safe.state();
	assert.is(system.safeMode, true);
	assert.equal(
		Object.values(sources).map(({ state }) => state),
		['off', 'off', 'off', 'off'],
	);
	assert.equal(
		safe.hosts().filter(({ role }) => role === 'source'),
		[],
	);
	assert.equal([faults[0]!.code, faults[0]!.subject], ['safe-mode', 'service']);
	assert.match(faults[0]!.remedy!, /leave safe mode/);
	assert.match(r58('status', '--data', dataDir).out, /SAFE MODE/);

	const leave = (token: string) => safe.api<System>('POST', '/api/system/safe-mode', { leave: true }, { token });
	assert.is((await leave(safe.ready.operatorToken)).status, 403);
	assert.is((await leave(safe.ready.technicianToken)).body.safeMode, false);
	await safe.waitState(({ sources }) => Object.values(sources).every(({ state }) => state === 'live'), 'live inputs');
	// The program was black without them.
	await safe.waitState(({ faults }) => faults.length === 0, 'all to be well');
	assert.is((await leave(safe.ready.technicianToken)).status, 409);
	await safe.stop();

	const good = await start(dataDir);
	assert.is((await good.state()).system.safeMode, false);
	await good.stop();
});

test('r58 status names every host with its counters, and what is wrong', async () => {
	const service = await start();
	const { dataDir } = service;
	await service.onAir();
	const { mode } = statSync(join(dataDir, 'service.json'));
	assert.is(mode & 0o777, 0o600);
	const killed = await service.host('source', 'hdmi2');
	process.kill(killed.pid, 'SIGKILL');
	await service.host('source', 'hdmi2', { not: killed.pid });
	await service.onAir();

	const read = () => JSON.parse(r58('status', '--data', dataDir, '--json').out) as Status;
	// Memory is read once a second, of a new process too.
	await until(() => read().hosts.every(({ rssBytes }) => rssBytes !== null), { what: 'the memory of every host' });
	const status = read();
	assert.equal([status.onAir, status.safeMode, status.service.pid], [true, false, service.pid]);
	for (const { pid, role, name } of service.hosts()) {
		const host = status.hosts.find((host) => host.role === role && host.name === name)!;
		assert.equal([host.pid, host.state], [pid, 'running'], `${role} ${name}`);
		assert.ok(host.rssBytes! > 10_000_000 && host.cpuPct !== undefined, `${role} ${name}: ${host.rssBytes} bytes`);
	}
	assert.is(status.hosts.find(({ name }) => name === 'hdmi2')!.restarts, 1);
	assert.ok(Number(status.hosts.find(({ role }) => role === 'mixer')!.elements.mixer!.frames) > 0);

	// The fault of a host that came back is over after 5 s; this one never does.
	const lost = { kind: 'rtp', label: 'Lost', host: 'nowhere.invalid', videoPort: 5004 };
	assert.is((await service.api('POST', '/api/targets', lost)).status, 201);
	await service.waitState(({ faults }) => faults.some(({ subject }) => subject.startsWith('target ')), 'the fault of the target');
	const text = r58('status', '--data', dataDir).out;
	assert.match(text, /^R58 Studio \S+ {2}on air/);
	assert.match(text, /^source +hdmi2 +\d+ +running +1 /m);
	assert.match(text, /encoder program · program-h264: buffers \d+, readers \d/);
	assert.match(
		text,
		/FAULTS \(\d+\)\n(.*\n)* {2}host-(restarted|held-off) {2}target \S+ {2}since \S+, (once|\d+ times)\n {4}.*cannot be started: the name nowhere\.invalid/,
	);

	const byUrl = r58('status', '--url', service.http, '--token', service.ready.operatorToken, '--json');
	assert.is((JSON.parse(byUrl.out) as Status).service.pid, service.pid);
	await service.stop();
	const none = r58('status', '--data', dataDir);
	assert.equal([none.code, none.out], [1, '']);
	assert.match(none.error, /no service is running on the data folder/);
});

test('a service that was killed is not taken for a running one; wrong options say what is wrong', async () => {
	const service = await start();
	service.kill('SIGKILL');
	await service.ended;
	assert.match(r58('status', '--data', service.dataDir).error, /no service is running/);
	assert.is(r58().code, 2);
	assert.is(r58('status', '--url', 'http://127.0.0.1:1').code, 2);
	assert.match(r58('status', '--url', 'http://127.0.0.1:1', '--token', 'x').error, /does not answer/);
	assert.is(r58('--help').code, 0);
});

test('the token of the runtime file only looks', async () => {
	const service = await start();
	const { token } = JSON.parse(String(spawnSync('cat', [join(service.dataDir, 'service.json')]).stdout)) as { token: string };
	assert.is((await service.api('GET', '/api/system/status', undefined, { token })).status, 200);
	assert.is((await service.api('POST', '/api/cut', { scene: 'quad' }, { token })).status, 403);
	assert.is((await service.api('POST', '/api/session', { token }, { token: null })).status, 401);
	await service.stop();
});

test.run();
