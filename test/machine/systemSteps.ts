import assert from 'node:assert';
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, readlinkSync, statSync, writeFileSync } from 'node:fs';
import { checkout } from '../tools/machine/debian.js';
import { step } from '../tools/machine/steps.js';
import { processes } from '../tools/processes.js';
import { pause, until } from '../tools/wait.js';

/** An emulated processor takes its time. */
const timeoutMs = 180_000;
const unit = 'r58.service';
const data = '/var/lib/r58';

function run(program: string, ...words: string[]) {
	const { status, stdout, stderr, error } = spawnSync(program, words, { encoding: 'utf8', timeout: 900_000 });
	if (error) throw error;
	return { code: status, out: stdout.trim(), error: stderr.trim() };
}

/** What the technician types in the checkout. */
const command = (line: string) => run('runuser', '-l', 'tech', '-c', `cd ${checkout} && ${line}`);

function shown() {
	const properties = ['ActiveState', 'MainPID', 'NRestarts', 'Result', 'StatusText', 'MemoryCurrent', 'TasksCurrent'];
	const { out } = run('systemctl', 'show', unit, '-p', properties.join(','));
	return Object.fromEntries(out.split('\n').map((line) => line.split(/=(.*)/s).slice(0, 2) as [string, string]));
}
const mainPid = () => Number(shown().MainPID);
const health = async () => (await fetch('http://127.0.0.1:8000/api/health')).status;
const journal = (since: number) => run('journalctl', '-u', unit, '-o', 'cat', '--since', `@${Math.floor(since / 1000)}`).out;

/** Waits until the program is on air, of another process than `not`. */
async function onAir(not = 0): Promise<number> {
	return until(async () => mainPid() !== not && (await health()) === 200 && mainPid(), {
		what: 'the program to be on air',
		timeoutMs,
		everyMs: 500,
	});
}

const hosts = () => processes().filter(({ title, state }) => title.startsWith('r58-host ') && state !== 'Z');
const mixers = () => hosts().filter(({ title }) => title.startsWith('r58-host mixer program'));
const mixer = (not = 0) =>
	until(() => mixers().find(({ pid }) => pid !== not), { what: 'the process of the mixer', timeoutMs, everyMs: 100 });

/** Kills or hangs something, and waits until another service has the program on air again. */
async function replaced(harm: () => unknown) {
	const at = Date.now();
	const before = { pid: mainPid(), hosts: hosts().map(({ pid }) => pid) };
	await harm();
	const after = await onAir(before.pid);
	const ms = Date.now() - at;
	const left = hosts().filter(({ pid }) => before.hosts.includes(pid));
	return { ms, before: before.pid, after, left: left.map(({ title }) => title), ...shown(), log: journal(at).slice(-3000) };
}

/** Null when it has been closed meanwhile. */
function linkOf(path: string): string | null {
	try {
		return readlinkSync(path);
	} catch {
		return null;
	}
}

const rules = () => run('nft', 'list', 'table', 'inet', 'r58').out;

/** One machine's life: installed, harmed in every way, installed again, taken away. */
export async function systemSteps(): Promise<void> {
	await step('the documented command installs the service', async () => {
		const { code, out, error } = command('sudo npm run install-service');
		return { code, out, error: error.slice(-3000), ...shown() };
	});
	await step('it is on air, as its own user, with the rights it needs and no others', async () => {
		const pid = await onAir();
		const status = readFileSync(`/proc/${pid}/status`, 'utf8');
		const mixing = await mixer();
		const policies = readdirSync(`/proc/${mixing.pid}/task`).map((task) => {
			const stat = readFileSync(`/proc/${mixing.pid}/task/${task}/stat`, 'utf8');
			return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[38]);
		});
		return {
			...shown(),
			user: run('ps', '-o', 'user=', '-p', String(pid)).out,
			capabilities: /^CapEff:\s*(\w+)/m.exec(status)?.[1],
			noNewPrivileges: /^NoNewPrivs:\s*(\d)/m.exec(status)?.[1],
			nice: Number(run('ps', '-o', 'ni=', '-p', String(mixing.pid)).out),
			policies: [...new Set(policies)],
			keys: statSync(`${data}/tls`).mode & 0o777,
			status: run('r58', 'status').out,
			npx: run('sh', '-c', 'cd /opt/r58 && npx r58 status').code,
			exposure: run('systemd-analyze', 'security', '--no-pager', unit).out.split('\n').at(-1),
		};
	});
	await step('only its ports and SSH are open, and they follow the settings', async () => {
		const before = rules();
		const path = `${data}/settings.yaml`;
		writeFileSync(path, readFileSync(path, 'utf8').replace('first: 8189, last: 8289', 'first: 9189, last: 9289'));
		assert.equal(run('systemctl', 'restart', unit).code, 0);
		const after = await until(() => /9189-9289/.test(rules()) && rules(), { what: 'other rules', timeoutMs, everyMs: 500 });
		await onAir();
		return { before, after };
	});
	await step('killed, it is back on air', () => replaced(() => process.kill(mainPid(), 'SIGKILL')));
	await step('a hung mixer is mended by the supervisor', async () => {
		const before = { main: mainPid(), mixer: (await mixer()).pid, restarts: shown().NRestarts };
		process.kill(before.mixer, 'SIGSTOP');
		const { pid } = await mixer(before.mixer);
		await onAir();
		return { before, after: { main: mainPid(), mixer: pid, restarts: shown().NRestarts } };
	});
	await step('a hung event loop is ended by the watchdog', () => replaced(() => process.kill(mainPid(), 'SIGSTOP')));
	await step('a mixer that the supervisor cannot bring back is, by the watchdog', () =>
		replaced(async () => {
			const main = mainPid();
			const stopped = new Set<number>();
			const same = () => mainPid() === main;
			const deadline = performance.now() + timeoutMs;
			while (same() && performance.now() < deadline) {
				for (const { pid } of mixers()) {
					if (!stopped.has(pid)) process.kill(pid, 'SIGSTOP');
					stopped.add(pid);
				}
				await pause(50);
			}
			assert.ok(stopped.size > 1, 'the supervisor has tried');
		}),
	);
	await step('those were three starts that crashed: the inputs stay off, until it is stopped and started', async () => {
		const { StatusText: text } = shown();
		const status = run('r58', 'status').out;
		const before = mainPid();
		assert.equal(run('systemctl', 'restart', unit).code, 0);
		await onAir(before);
		return { text, status, after: run('r58', 'status').out };
	});
	await step('a capture device that is plugged in can be opened: by its group, through the sandbox', async () => {
		assert.equal(run('modprobe', 'vivid', 'n_devs=1', 'num_inputs=1', 'input_types=0x3', 'node_types=0x1').code, 0);
		// Whether it is captured at its rate is no question for an emulator; capture.test.ts has the rest.
		const opened = () =>
			hosts()
				.filter(({ title }) => title.startsWith('r58-host source hdmi1'))
				.some(({ pid }) => readdirSync(`/proc/${pid}/fd`).some((fd) => linkOf(`/proc/${pid}/fd/${fd}`) === '/dev/video0'));
		await until(opened, { what: 'the device to be opened', timeoutMs, everyMs: 500 });
		const { mode, gid } = statSync('/dev/video0');
		return { mode: mode & 0o777, group: run('getent', 'group', String(gid)).out };
	});
	await step('installed again it keeps its data', async () => {
		const before = { pid: mainPid(), certificate: readFileSync(`${data}/tls/authority.pem`, 'utf8') };
		const { code, out, error } = command('sudo npm run install-service');
		await onAir(before.pid);
		const same = readFileSync(`${data}/tls/authority.pem`, 'utf8') === before.certificate;
		return { code, out, error: error.slice(-3000), same, settings: readFileSync(`${data}/settings.yaml`, 'utf8') };
	});
	await step('uninstalled it leaves the data, and purged nothing', async () => {
		const left = () =>
			['/opt/r58', '/etc/systemd/system/r58.service', '/usr/local/bin/r58', data].filter((path) => existsSync(path));
		const first = command('sudo npm run uninstall-service');
		const kept = { left: left(), user: run('getent', 'passwd', 'r58').code, active: run('systemctl', 'is-active', unit).out };
		const second = command('sudo npm run uninstall-service -- --purge');
		const user = run('getent', 'passwd', 'r58').code;
		return { codes: [first.code, second.code], kept, left: left(), user, rules: rules(), error: first.error + second.error };
	});
}
