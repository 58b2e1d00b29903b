import * as assert from 'uvu/assert';
import type { Fault } from '../../../service/contract/faults.js';
import { supervised } from '../../tools/fakeHosts.js';
import { test } from '../../tools/suite.js';
import { until } from '../../tools/wait.js';

test('a host that fails five times in a minute is held off, shown with its last error, and tried again after the pause', async () => {
	const { host, faults, processes, process } = supervised({ holdOffMs: 300 });
	host.start();
	for (let i = 1; i <= 4; i++) (await process(i)).emit('end', `/dev/video${i} is busy`);
	const fifth = await process(5);
	const at = performance.now();
	fifth.emit('end', '/dev/video5 is busy');
	assert.is(host.state, 'held-off');
	const [fault, ...others] = faults.list();
	assert.equal(others, []);
	assert.equal([fault!.code, fault!.subject], ['host-held-off', 'source hdmi1']);
	assert.match(fault!.message, /failed 5 times in a minute, next try in 0.3 s: \/dev\/video5 is busy/);
	assert.match(fault!.remedy!, /Another program is using the device/);
	assert.is(processes.length, 5);
	await process(6);
	assert.ok(performance.now() - at > 290, 'after the pause');
	assert.is(host.state, 'starting');
	assert.equal(
		faults.list().map(({ count }) => count),
		[5],
		'the failures before it was held off are counted too',
	);
	(await process(6)).emit('end', 'it is busy still');
	const [again] = faults.list();
	assert.equal([again!.code, again!.count, again!.since], ['host-held-off', 6, fault!.since]);
	await host.stop();
	assert.equal([host.state, faults.list()], ['off', []]);
});

test('a failure after a pause of more than a minute is still the same fault, which goes on counting', async () => {
	const { host, faults, processes, process } = supervised({ holdOffMs: 50 });
	host.start();
	for (let i = 1; i <= 5; i++) (await process(i)).emit('end', 'it is busy');
	const [{ since }] = faults.list() as [Fault];
	await process(6);
	const now = performance.now;
	try {
		performance.now = () => now.call(performance) + 61_000;
		processes[5]!.emit('end', 'it is busy');
		assert.equal(
			faults.list().map(({ code, count, since }) => ({ code, count, since })),
			[{ code: 'host-restarted', count: 6, since }],
		);
	} finally {
		performance.now = now;
	}
	await host.stop();
});

test('faults carry since when, how often, the last error and what to do', async () => {
	const { host, faults, process } = supervised();
	host.start();
	(await process(1)).emit('end', 'no element "x264enc"');
	(await process(2)).emit('end', 'killed by the kernel: out of memory');
	const [fault] = faults.list();
	assert.equal([fault!.code, fault!.count, fault!.message], ['host-restarted', 2, 'killed by the kernel: out of memory']);
	assert.ok(Math.abs(Date.parse(fault!.since) - Date.now()) < 10_000);
	assert.match(fault!.remedy!, /more memory/);
	await host.stop();
});

test('a process that does not die is reported and not replaced; when it is gone at last, the host comes back', async () => {
	const { host, faults, processes, process } = supervised();
	const down: string[] = [];
	host.on('down', (reason) => down.push(reason));
	host.start();
	const stuck = await process(1);
	stuck.emit('ready');
	host.check(performance.now() + 5_000);
	assert.match(stuck.killed!, /not advancing/);
	stuck.emit('stuck');
	assert.is(host.state, 'stuck');
	assert.equal([faults.list()[0]!.code, processes.length, down.length], ['host-stuck', 1, 1]);
	assert.match(faults.list()[0]!.remedy!, /restart the machine/);
	host.check(performance.now() + 60_000);
	assert.is(processes.length, 1);
	stuck.emit('end', stuck.killed);
	await process(2);
	assert.equal([down.length, faults.list().map(({ code }) => code)], [1, ['host-restarted']]);
	await host.stop();
});

test('a process that takes more memory than a host may is ended and brought back, with the figure and what to do', async () => {
	const { host, faults, process } = supervised();
	host.start();
	const grown = await process(1);
	host.checkMemory(900e6);
	assert.is(grown.killed, null);
	host.checkMemory(1_900e6);
	assert.match(grown.killed!, /^used 1900 MB of memory, more than the 1500 MB/);
	grown.emit('end', grown.killed);
	await process(2);
	const [fault] = faults.list();
	assert.is(fault!.code, 'host-restarted');
	assert.match(fault!.remedy!, /smaller picture/);
	await host.stop();
});

test('a launch that cannot be made is a failure like any other', async () => {
	const { host, processes } = supervised({
		launch: async () => {
			throw new Error('the file cannot be cut');
		},
	});
	host.start();
	await until(() => processes[0]?.killed, { what: 'the end of the process' });
	assert.is(processes[0]!.killed, 'cannot be started: the file cannot be cut');
	await host.stop();
});

test.run();
