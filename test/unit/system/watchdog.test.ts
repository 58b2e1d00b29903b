import * as assert from 'uvu/assert';
import { Watchdog } from '../../../service/system/watchdog.js';
import { suite } from '../../tools/suite.js';

const test = suite('watchdog');

/** A watchdog of 5 s, and 20 s for the first frame and whatever the supervisor does, that is asked once a second of its own time. */
function stage() {
	const sign = { frames: null as number | null, heldOff: false };
	const told: string[] = [];
	let seconds = 0;
	let safeMode = false;
	const watchdog = new Watchdog({
		manager: { present: true, watchdogMs: 10_000, tell: (assignment) => told.push(assignment) },
		program: () => sign,
		safeMode: () => safeMode,
		status: () => 'On air',
		log: { error: () => {}, info: () => {} } as never,
		deadlineMs: 5_000,
		patienceMs: 20_000,
		now: () => seconds * 1000,
	});
	/** Feeds while so many seconds go by; the frames advance when asked to. */
	const pass = (count: number, advancing = false): number => {
		told.length = 0;
		for (let i = 0; i < count; i++) {
			seconds += 1;
			if (advancing) sign.frames = (sign.frames ?? 0) + 30;
			watchdog.tick();
		}
		return told.filter((assignment) => assignment === 'WATCHDOG=1').length;
	};
	return { sign, told, pass, safe: () => (safeMode = true) };
}

test('it is fed while frames advance', () => {
	assert.is(stage().pass(100, true), 100);
});

test('the first frame may take longer than any other', () => {
	assert.is(stage().pass(30), 20);
});

test('frames that stand still stop it after their deadline, and it goes on with them', () => {
	const { pass, told } = stage();
	pass(10, true);
	assert.is(pass(60), 5);
	assert.equal(told.at(-1), 'STATUS=The program has stopped, waiting to be restarted');
	assert.is(pass(3, true), 3);
	assert.ok(told.includes('STATUS=On air'));
});

test('a mixer that was started anew counts from the beginning, and has no frame at first', () => {
	const { sign, pass } = stage();
	pass(10, true);
	sign.frames = null;
	assert.is(pass(4), 4, 'within the deadline');
	sign.frames = 0;
	assert.is(pass(3), 1, 'a mixer without a frame is none that advances');
	sign.frames = 7;
	assert.is(pass(1), 1);
	assert.is(pass(10), 5);
});

test('a pause of the supervisor is no reason to restart the service, unless nothing comes of it', () => {
	const held = stage();
	held.pass(10, true);
	held.sign.heldOff = true;
	assert.is(held.pass(12), 12);
	held.sign.heldOff = false;
	assert.is(held.pass(60), 5);
	assert.is(held.pass(10, true), 10);
	held.sign.heldOff = true;
	assert.is(held.pass(60), 20);
	const never = stage();
	never.sign.heldOff = true;
	assert.is(never.pass(60), 20);
});

test('safe mode is no reason to restart the service', () => {
	const safe = stage();
	safe.safe();
	assert.is(safe.pass(60), 60);
});

test.run();
