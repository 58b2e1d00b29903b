import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import * as assert from 'uvu/assert';
import { guestWarmUp } from '../../pipelines/guestSource.js';
import { HostProcess } from '../../service/hosts/hostProcess.js';
import { pluginFolder } from '../tools/engine/pipeline.js';
import { test } from '../tools/suite.js';
import { until } from '../tools/wait.js';

const quiet = () => {};
const live = 'videotestsrc is-live=true ! fakesink async=false';
const hosts: HostProcess[] = [];
const children: ChildProcess[] = [];

function makeHost(): HostProcess {
	const host = new HostProcess(process.env, quiet);
	hosts.push(host);
	return host;
}

/** Title of a running process; null when it is gone (or a zombie). */
function titleOf(pid: number): string | null {
	try {
		return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replace(/\0+$/, '') || null;
	} catch {
		return null;
	}
}

test.after.each(() => {
	for (const host of hosts.splice(0)) host.kill('test over');
	for (const child of children.splice(0)) child.kill('SIGKILL');
});

test('a host that plays says so, under a title that names its role', async () => {
	const host = makeHost();
	host.start('source', 'hdmi1', live);
	await once(host, 'ready');
	assert.is(titleOf(host.pid!), 'r58-host source hdmi1');
});

test('a warmed process is no source yet, and becomes one like any other', async () => {
	const complaints: string[] = [];
	const host = new HostProcess({ ...process.env, GST_PLUGIN_PATH: pluginFolder }, (line) => complaints.push(line));
	hosts.push(host);
	host.warm(guestWarmUp());
	host.start('source', 'hdmi1', live);
	await once(host, 'ready');
	assert.is(titleOf(host.pid!), 'r58-host source hdmi1');
	assert.equal(complaints, []);
});

test('a description that does not parse is refused with the reason', async () => {
	const host = makeHost();
	host.start('source', 'bad', 'nosuchelement ! fakesink');
	assert.match((await once(host, 'end'))[0], /no element "nosuchelement"/);
});

test('a pipeline that cannot start is refused with the reason', async () => {
	const host = makeHost();
	host.start('source', 'bad', 'filesrc location=/nonexistent ! fakesink');
	assert.match((await once(host, 'end'))[0], /filesrc0: .*not found/i);
});

test('of a pipeline with much to start it is told too which part could not', async () => {
	const host = makeHost();
	// Sinks are opened before their sources; the last of these fails, after the others had something to say.
	host.start('recorder', 'bad', `videotestsrc ! filesink location=/nonexistent/file ${live} ${live} ${live}`);
	assert.match((await once(host, 'end'))[0], /filesink0: .*could not open file/i);
});

test('a refusal has its own exit code', async () => {
	const program = fileURLToPath(new URL('../../pipelines/host.js', import.meta.url));
	const child = spawn(process.execPath, [program], { stdio: ['ignore', 'ignore', 'ignore', 'ipc'] });
	children.push(child);
	child.send({ type: 'start', role: 'source', name: 'bad', launch: 'nosuchelement ! fakesink' });
	assert.equal(await once(child, 'exit'), [42, null]);
});

test('a host with a quiet bus stops when told to', async () => {
	const host = makeHost();
	host.start('source', 'quiet', live);
	await once(host, 'ready');
	const { pid } = host;
	await host.stop();
	assert.is(titleOf(pid!), null);
});

test('a frozen host is stopped all the same', async () => {
	const host = makeHost();
	host.start('source', 'frozen', live);
	await once(host, 'ready');
	process.kill(host.pid!, 'SIGSTOP');
	await host.stop();
	assert.is(titleOf(host.pid!), null);
});

test('a pipeline that fails while playing ends its host with the reason', async () => {
	const host = makeHost();
	host.start('source', 'failing', 'videotestsrc num-buffers=1000000 ! identity error-after=20 ! fakesink async=false sync=true');
	assert.match((await once(host, 'end'))[0], /identity0/);
});

test('hosts die with the program that started them, frozen ones too', async () => {
	const script = `
		import { HostProcess } from ${JSON.stringify(new URL('../../service/hosts/hostProcess.js', import.meta.url).href)};
		const pids = [];
		for (const name of ['running', 'frozen']) {
			const host = new HostProcess(process.env, () => {});
			host.start('source', name, ${JSON.stringify(live)});
			await new Promise((resolve) => host.once('ready', resolve));
			if (name === 'frozen') process.kill(host.pid, 'SIGSTOP');
			pids.push(host.pid);
		}
		process.stdout.write(JSON.stringify(pids) + '\\n');
		setInterval(() => {}, 1000);`;
	const parent = spawn(process.execPath, ['--input-type=module', '--eval', script], { stdio: ['ignore', 'pipe', 'inherit'] });
	children.push(parent);
	const [line] = (await once(parent.stdout!, 'data')) as [Buffer];
	const pids = JSON.parse(line.toString()) as number[];
	for (const pid of pids) assert.match(titleOf(pid) ?? '', /r58-host source/);
	parent.kill('SIGKILL');
	await until(() => pids.every((pid) => titleOf(pid) === null), { what: 'both hosts to be gone' });
});

test.run();
