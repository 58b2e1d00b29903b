import { readFileSync } from 'node:fs';
import * as assert from 'uvu/assert';
import { NotifySocket } from '../tools/machine/notifySocket.js';
import { TestService } from '../tools/service.js';
import { suite } from '../tools/suite.js';
import { pause, until } from '../tools/wait.js';

/** What the real service says to the service manager, here a socket that only listens: nobody kills what says nothing. */
const test = suite('the service and its manager');
const watchdogMs = 1_000;
const fed = 'WATCHDOG=1';
let manager: NotifySocket;
let service: TestService;

test.before(async () => {
	manager = await NotifySocket.open();
	service = await TestService.start({
		canvas: '320x180p10',
		env: { NOTIFY_SOCKET: manager.path, WATCHDOG_USEC: String(watchdogMs * 1000) },
		args: ['--no-viewers', '--test', 'programDeadlineMs=2500'],
	});
});
test.after(() => {
	service?.destroy();
	manager?.close();
});

/** Waits until the watchdog has been fed some more. */
const fedAgain = (what: string) => {
	const before = manager.count(fed);
	return until(() => manager.count(fed) >= before + 3, { what });
};
/** Waits until nothing has come for longer than the manager would wait; what was on the way comes first. */
const silence = () =>
	until(
		async () => {
			const before = manager.count(fed);
			await pause(watchdogMs * 1.5);
			return manager.count(fed) === before;
		},
		{ what: 'silence' },
	);

test('it is ready with its API, before its media, and says in words what it does', async () => {
	await until(() => manager.heard.some((said) => said.startsWith('STATUS=On air, 4 of 4 inputs live')), {
		what: 'the program to be on air with all inputs',
	});
	const first = manager.heard.filter((said) => said !== fed).slice(0, 2);
	assert.is(first[0], 'READY=1');
	assert.match(first[1]!, /^STATUS=Off air/);
	assert.is(manager.count('READY=1'), 1);
});

test('the watchdog is fed, and by the service alone', async () => {
	await fedAgain('the watchdog to be fed');
	const speaking = service
		.hosts()
		.filter(({ pid }) => /NOTIFY_SOCKET|WATCHDOG/.test(readFileSync(`/proc/${pid}/environ`, 'utf8')));
	assert.equal(speaking, []);
});

test('a hung event loop feeds nothing', async () => {
	service.kill('SIGSTOP');
	await silence();
	service.kill('SIGCONT');
	await fedAgain('the watchdog to be fed again');
});

test('a program that the supervisor cannot bring back feeds nothing, until it advances again', async () => {
	const stopped = new Set<number>();
	const stopMixers = setInterval(() => {
		for (const { role, name, pid } of service.hosts()) {
			if (role !== 'mixer' || name !== 'program' || stopped.has(pid)) continue;
			process.kill(pid, 'SIGSTOP');
			stopped.add(pid);
		}
	}, 20);
	try {
		const hungry = 'STATUS=The program has stopped, waiting to be restarted';
		await until(() => manager.heard.includes(hungry) && stopped.size > 1, {
			what: 'the supervisor to try and the service to say so',
		});
		await silence();
	} finally {
		clearInterval(stopMixers);
	}
	// The newest of them may hang for as long as a start may take.
	for (const { role, pid } of service.hosts()) if (role === 'mixer') process.kill(pid, 'SIGCONT');
	await fedAgain('the watchdog to be fed again');
});

test('it says that it stops', async () => {
	await service.stop();
	assert.equal(manager.heard.filter((said) => said !== fed).slice(-2), ['STOPPING=1', 'STATUS=Stopping']);
});

test.run();
