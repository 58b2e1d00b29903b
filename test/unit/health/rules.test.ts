import * as assert from 'uvu/assert';
import { faultText } from '../../../service/contract/faultKinds.js';
import type { State } from '../../../service/contract/state.js';
import type { Figure } from '../../../service/health/figures.js';
import { conditions as found, type Raised, type Situation } from '../../../service/health/rules.js';
import { test } from '../../tools/suite.js';

const minute = 60_000;
const calm: Situation = {
	figures: [],
	state: { encoders: {}, recordings: {} } as unknown as Situation['state'],
	onAir: true,
	runningMs: 10 * minute,
	recordingRate: null,
	totalMemory: 1000,
	stopped: [],
};
const nobody = () => false;

/** Conditions as they are told. */
function conditions(now: Situation, raised: Raised) {
	return found(now, raised).map(({ fault, ...rest }) => ({
		...rest,
		code: fault.code,
		subject: fault.subject,
		...faultText(fault),
	}));
}

/** What is wrong: codes with their subjects. */
function wrong(now: Partial<Situation>, raised: Parameters<typeof conditions>[1] = nobody): string[] {
	return conditions({ ...calm, ...now }, raised)
		.filter(({ holds }) => holds)
		.map(({ code, subject }) => `${code} ${subject}`);
}
const figures = (...all: Figure[]): Partial<Situation> => ({ figures: all });
/** The condition of this code, of which there is one. */
function only(code: string, now: Partial<Situation>, raised: Parameters<typeof conditions>[1] = nobody) {
	const [one, ...others] = conditions({ ...calm, ...now }, raised).filter((condition) => condition.code === code);
	assert.ok(one && others.length === 0, code);
	return one;
}
/** Said already, of this subject alone. */
const said = (code: string, subject: string) => (askedCode: string, asked: string) => askedCode === code && asked === subject;

test('what is not measured is neither wrong nor right; only the program is always looked at', () => {
	assert.equal(
		conditions(calm, nobody).map(({ code, holds }) => [code, holds]),
		[['off-air', false]],
	);
});

test('disk: below half an hour it is said, and until there are 40 minutes again', () => {
	const left = (minutes: number, rate: number | null = 1000): Partial<Situation> => ({
		...figures({ group: 'diskFree', name: 'left', value: minutes * 60 * 1000 }, { group: 'diskFree', name: 'other', value: 0 }),
		recordingRate: rate,
	});
	assert.equal([wrong(left(29.9)), wrong(left(30))], [['disk-low recordings'], []]);
	const raised = said('disk-low', 'recordings');
	assert.equal([wrong(left(39.9), raised), wrong(left(40), raised)], [['disk-low recordings'], []]);
	assert.equal(wrong(left(39.9), said('disk-low', 'other')), []);
	const message = (minutes: number) => only('disk-low', left(minutes)).message;
	assert.is(message(29), 'the disk has room for about 25 minutes of recording at the current bitrate');
	assert.match(message(5), /about 5 minutes/);
	assert.match(message(4.9), /about 4 minutes/);
	assert.is(only('disk-low', left(1)).forMs, 0);
});

test('disk: while nothing records, the rate is what the encoder makes or is asked for, and sound', () => {
	const after = (program: object | undefined, minutes: number, bytesPerS: number, rate: number | null = null) =>
		wrong({
			...figures({ group: 'diskFree', name: 'left', value: minutes * 60 * bytesPerS }),
			state: { encoders: { program }, recordings: {} } as unknown as Pick<State, 'encoders' | 'recordings'>,
			recordingRate: rate,
		}).length;
	const measured = { measured: { kbps: 840 }, asked: { kbps: 4000 } };
	assert.equal([after(measured, 29.9, 125_000), after(measured, 30.1, 125_000)], [1, 0]);
	const asked = { measured: null, asked: { kbps: 1840 } };
	assert.equal([after(asked, 29.9, 250_000), after(asked, 30.1, 250_000)], [1, 0]);
	assert.equal([after(undefined, 29.9, 20_000), after(undefined, 30.1, 20_000)], [1, 0]);
	assert.equal([after(measured, 29.9, 125_000, 0), after(measured, 30.1, 125_000, 0)], [1, 0], 'a rate of 0 is none yet');
	const message = only('disk-low', {
		...figures({ group: 'diskFree', name: 'left', value: 0 }),
		recordingRate: 0,
	}).message;
	assert.is(message, 'the disk has room for about 0 minutes of recording');
});

test('disk errors are said from the first on, by disk', () => {
	const errors = (value: number) => figures({ group: 'diskErrors', name: 'mmcblk0', value });
	assert.equal([wrong(errors(0)), wrong(errors(1))], [[], ['disk-errors mmcblk0']]);
	assert.match(only('disk-errors', errors(1)).message, /mmcblk0 reported 1 error in/);
	assert.match(only('disk-errors', errors(3)).message, /3 errors in/);
});

test('heat is said at its limit, and until it is 5 °C below', () => {
	const heat = (value: number) =>
		figures({ group: 'temperature', name: 'soc', value, limit: 85 }, { group: 'temperature', name: 'gpu', value: 20, limit: 85 });
	assert.equal([wrong(heat(84.9)), wrong(heat(85))], [[], ['temperature soc']]);
	const raised = said('temperature', 'soc');
	assert.equal([wrong(heat(80), raised), wrong(heat(79.9), raised)], [['temperature soc'], []]);
	const found = conditions({ ...calm, ...heat(90) }, nobody).find(({ subject }) => subject === 'soc')!;
	assert.equal([found.message, found.forMs], ['soc is hotter than 85 °C', 10_000]);
});

test('a machine that holds itself down is told once, with what is held down', () => {
	const held = (...values: number[]) =>
		figures(...values.map((value, i): Figure => ({ group: 'throttle', name: `core ${i}`, value })));
	assert.equal([wrong(held(0, 0)), wrong(held(0, 20, 5))], [[], ['throttled processor']]);
	assert.match(only('throttled', held(0, 20, 5)).message, /\(core 1, core 2\)/);
	assert.is(only('throttled', held(0)).forMs, 10_000);
});

test('an interrupt line storms above 20,000 a second, and until it is at half of that; others are not judged', () => {
	const line = (value: number) =>
		figures({ group: 'interrupts', name: 'hdmirx', value, limit: 20_000 }, { group: 'interrupts', name: 'all', value: 90_000 });
	assert.equal([wrong(line(20_000)), wrong(line(20_001))], [[], ['irq-storm hdmirx']]);
	const raised = said('irq-storm', 'hdmirx');
	assert.equal([wrong(line(10_001), raised), wrong(line(10_000), raised)], [['irq-storm hdmirx'], []]);
	assert.is(only('irq-storm', line(0)).message, 'interrupt line hdmirx fires more than 20000 times a second');
});

test('memory is low below 6 %, and until 10 % are left', () => {
	const used = (value: number) =>
		figures({ group: 'memory', name: 'used', value }, { group: 'memory', name: 'cached', value: 1000 });
	assert.equal([wrong(used(940)), wrong(used(941))], [[], ['memory-low machine']]);
	const raised = said('memory-low', 'machine');
	assert.equal([wrong(used(901), raised), wrong(used(900), raised)], [['memory-low machine'], []]);
	assert.equal(
		[only('memory-low', used(0)).message, only('memory-low', used(0)).forMs],
		['less than 6 % of the memory is left', 30_000],
	);
	assert.match(only('memory-low', used(0), raised).message, /less than 10 %/);
});

test('a program that is not on air is told once the start is over', () => {
	const off = (runningMs: number) => wrong({ onAir: false, runningMs });
	assert.equal([off(30_000), off(30_001), wrong({})], [[], ['off-air program'], []]);
	assert.is(only('off-air', {}).forMs, 5000);
});

test('a clock without a time server is told after two minutes', () => {
	const clock = (value: number, runningMs: number) =>
		wrong({ ...figures({ group: 'clock', name: 'synchronised', value }), runningMs });
	assert.equal([clock(0, 120_000), clock(0, 120_001), clock(1, 10 * minute)], [[], ['clock-not-synchronised clock'], []]);
});

test('each recording that stopped by itself is told, with why when that is known', () => {
	const stopped = [
		{ id: 'rec-1', name: 'Talk', reason: 'the disk was full' },
		{ id: 'rec-2', name: 'Rest', reason: null },
	];
	assert.equal(wrong({ stopped }), ['recording-stopped rec-1', 'recording-stopped rec-2']);
	assert.equal(
		conditions({ ...calm, stopped }, nobody)
			.filter(({ code }) => code === 'recording-stopped')
			.map(({ message }) => message),
		['the recording “Talk” has stopped unexpectedly: the disk was full', 'the recording “Rest” has stopped unexpectedly'],
	);
});

test('every fault says what to do', () => {
	const all = conditions(
		{
			...calm,
			figures: (['diskErrors', 'temperature', 'throttle', 'clock'] as const)
				.map((group): Figure => ({ group, name: 'x', value: 1 }))
				.concat(
					{ group: 'diskFree', name: 'left', value: 1 },
					{ group: 'memory', name: 'used', value: 1 },
					{ group: 'interrupts', name: 'x', value: 1, limit: 2 },
				),
			stopped: [{ id: 'r', name: 'r', reason: null }],
		},
		nobody,
	);
	assert.is(new Set(all.map(({ remedy }) => remedy)).size, 9);
	for (const { code, remedy, message } of all) for (const text of [remedy, message]) assert.match(text!, /\w+ \w+ \w+/, code);
});

test.run();
