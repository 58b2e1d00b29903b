import * as assert from 'uvu/assert';
import type { Faults } from '../../../service/faults/faults.js';
import type { HostPlan } from '../../../service/hosts/supervisedHost.js';
import { Supervisor } from '../../../service/hosts/supervisor.js';
import { createLog } from '../../../service/util/log.js';
import { linkEvent } from '../../tools/elementEvents.js';
import { FakeClock, settled } from '../../tools/fakeClock.js';
import { type FakeProcess, type Supervised, supervised as supervisedHost } from '../../tools/fakeHosts.js';
import { suite } from '../../tools/suite.js';

/** When hosts are started, killed, held off and forgiven, to the millisecond of a clock that the test moves. */
const holdOffFailures = 12;
const supervised = (more: Partial<HostPlan> = {}) => supervisedHost({ holdOffFailures, ...more });

interface Timed {
	clock: FakeClock;
	random: () => number;
}
const test = suite<Timed>('supervision by the clock');
test.before.each((context) => {
	context.clock = new FakeClock();
	context.random = Math.random;
	Math.random = () => 0.5;
});
test.after.each(({ clock, random }) => {
	clock.stop();
	Math.random = random;
});

/** The process that runs now, ended; how long it takes until the next one runs. */
async function pauseAfterFailure({ processes, host }: Supervised, clock: FakeClock): Promise<number> {
	const before = processes.length;
	processes.at(-1)!.emit('end', 'it is broken');
	for (let ms = 0; ms <= 40_000; ms += 10) {
		await clock.pass(ms === 0 ? 1 : 10);
		if (processes.length > before) return ms;
	}
	throw new Error(`not started again: ${host.state}`);
}

async function running(all: Supervised): Promise<FakeProcess> {
	all.host.start();
	await settled();
	all.processes.at(-1)!.emit('ready');
	return all.processes.at(-1)!;
}

const codes = (faults: Faults) => faults.list().map(({ code }) => code);

test('a first failure is mended at once; then the pause doubles from 100 ms up to 5 s; who fails on is held off for 30 s', async ({
	clock,
}) => {
	const all = supervised();
	await running(all);
	const pauses: number[] = [];
	for (let i = 0; i < holdOffFailures; i++) pauses.push(await pauseAfterFailure(all, clock));
	assert.equal(pauses, [0, 100, 200, 400, 800, 1600, 3200, 5000, 5000, 5000, 5000, 30_000]);
	await all.host.stop();
});

test('the pause is up to a fifth shorter or longer, so that what failed together does not come back in step', async ({
	clock,
}) => {
	for (const [random, pauseMs] of [
		[0, 160],
		[1, 240],
	] as const) {
		Math.random = () => random;
		const all = supervised();
		await running(all);
		for (let i = 0; i < 2; i++) await pauseAfterFailure(all, clock);
		assert.is(await pauseAfterFailure(all, clock), pauseMs);
		await all.host.stop();
	}
});

test('the kind of host decides how long it is held off', async ({ clock }) => {
	const all = supervised({ holdOffMs: 3_000 });
	await running(all);
	for (let i = 1; i < holdOffFailures; i++) await pauseAfterFailure(all, clock);
	assert.is(await pauseAfterFailure(all, clock), 3_000);
	await all.host.stop();
});

test('failures that are older than a minute are not counted', async ({ clock }) => {
	const all = supervised();
	await running(all);
	for (let i = 1; i < holdOffFailures; i++) await pauseAfterFailure(all, clock);
	await clock.pass(40_000);
	await pauseAfterFailure(all, clock);
	assert.equal(codes(all.faults), ['host-restarted']);
	await all.host.stop();
});

test('five seconds of work and a host has recovered: its faults clear and its next failure is mended at once', async ({
	clock,
}) => {
	const all = supervised();
	await running(all);
	for (let i = 0; i < 4; i++) await pauseAfterFailure(all, clock);
	const { host, faults, processes } = all;
	processes.at(-1)!.emit('ready');
	const work = () => processes.at(-1)!.emit('event', linkEvent('video'));
	await clock.pass(4_900);
	work();
	assert.equal(codes(faults), ['host-restarted'], 'not yet');
	await clock.pass(200);
	assert.equal(codes(faults), ['host-restarted'], 'time alone proves nothing');
	work();
	assert.equal(codes(faults), []);
	assert.is(await pauseAfterFailure(all, clock), 0);
	assert.is(host.restarts, 5);
	await host.stop();
});

test('a host that stands still for 2 s is killed, and not before; its own kind may ask for more time', async ({ clock }) => {
	for (const stallMs of [undefined, 6_000]) {
		const limit = stallMs ?? 2_000;
		const all = supervised({
			stallMs,
			progress: ({ event, data }) => (event === 'stats' && 'buffers' in data ? data.buffers : 0),
		});
		const process = await running(all);
		const tell = (buffers: number) => process.emit('event', linkEvent('video', buffers));
		await clock.pass(limit - 100);
		tell(1);
		await clock.pass(limit - 100);
		tell(1);
		all.host.check(performance.now());
		assert.is(process.killed, null);
		await clock.pass(100);
		all.host.check(performance.now());
		assert.is(process.killed, null, `${limit} ms`);
		await clock.pass(1);
		all.host.check(performance.now());
		assert.is(process.killed, `not advancing for ${limit / 1000} s`, 'the same number again is no progress');
		await all.host.stop();
	}
});

test('a host that has not started within 12 s is killed', async ({ clock }) => {
	const { host, processes } = supervised();
	host.start();
	await clock.pass(12_000);
	host.check(performance.now());
	assert.is(processes[0]!.killed, null);
	await clock.pass(1);
	host.check(performance.now());
	assert.is(processes[0]!.killed, 'not started within 12 s');
	await host.stop();
});

test('time in which the service heard nobody counts against no host, whether it runs or is still to start', async ({ clock }) => {
	const [runs, starts] = [supervised(), supervised()];
	await running(runs);
	starts.host.start();
	await clock.pass(1_500);
	clock.hang(11_000);
	for (const { host } of [runs, starts]) {
		host.excuse(11_000);
		host.check(performance.now());
	}
	assert.equal([runs.processes[0]!.killed, starts.processes[0]!.killed], [null, null]);
	await clock.pass(600);
	runs.host.check(performance.now());
	assert.match(runs.processes[0]!.killed!, /not advancing/, 'excused once, not for ever');
	await clock.pass(10_000);
	starts.host.check(performance.now());
	assert.match(starts.processes[0]!.killed!, /not started/);
	for (const { host } of [runs, starts]) await host.stop();
});

test('every host is looked at four times a second; when the service itself was held up, it excuses them for as long', async ({
	clock,
}) => {
	const { faults } = supervised();
	const supervisor = new Supervisor({}, faults, createLog('silent'));
	const host = supervisor.add({ role: 'source', name: 'hdmi1', launch: () => 'text' });
	let looks = 0;
	const excuses: number[] = [];
	host.check = () => {
		looks += 1;
	};
	host.excuse = (ms) => excuses.push(ms);
	supervisor.start();
	for (let i = 0; i < 8; i++) await clock.pass(250);
	assert.equal([looks, excuses], [8, []]);
	clock.hang(200);
	await clock.pass(250);
	assert.equal(excuses, [], 'a little late is no stall');
	clock.hang(7_000);
	await clock.pass(250);
	assert.equal(excuses, [7_000]);
	await supervisor.stop();
	await clock.pass(1_000);
	assert.is(looks, 10, 'and not after its end');
});

test.run();
