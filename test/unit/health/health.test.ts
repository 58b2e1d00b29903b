import * as assert from 'uvu/assert';
import type { Recording } from '../../../service/contract/recordings.js';
import { Faults } from '../../../service/faults/faults.js';
import type { Figure, Probe } from '../../../service/health/figures.js';
import { Health } from '../../../service/health/health.js';
import { History } from '../../../service/health/history.js';
import { parse } from '../../../service/health/interrupts.js';
import { RecordingRate } from '../../../service/health/recordingRate.js';
import type { Situation } from '../../../service/health/rules.js';
import { StoppedRecordings } from '../../../service/health/stopped.js';
import { Watch } from '../../../service/health/watch.js';
import { LiveState } from '../../../service/state/state.js';
import { createLog } from '../../../service/util/log.js';
import { SimulatedMachine } from '../../tools/machine/simulatedMachine.js';
import { initialState, ShowStub } from '../../tools/showStub.js';
import { suite } from '../../tools/suite.js';

/** What is measured of a simulated machine, what is kept, and what is said of it. */
const test = suite('health of the machine');
const log = createLog('silent');

function healthOf(machine: SimulatedMachine) {
	const state = new LiveState(initialState());
	const faults = new Faults(state, log);
	const health = new Health({ dataDir: machine.root, state, faults, log, onAir: () => true, root: machine.root });
	const figure = (group: Figure['group'], name: string) =>
		health.figures.find((known) => known.group === group && known.name === name)?.value;
	return { state, faults, health, figure };
}

test('a simulated machine is read: temperatures, clocks, throttling, disk, network, interrupts', async () => {
	const machine = new SimulatedMachine();
	try {
		machine.zone(0, 'soc-thermal', 61.4, 80);
		machine.zone(1, 'gpu-thermal', 47.2);
		machine.cooler(0, 'thermal-cpufreq-0', 0, 8);
		machine.cooler(1, 'pwm-fan', 3, 4);
		machine.clock(0, 1800, 1800);
		machine.clock(4, 1200, 2400);
		machine.interrupts({ '101 fdee0000.hdmirx': [1000, 0], '55 eth0': [50, 50] });
		machine.disk(machine.root, { writes: 100, sectors: 2000, ms: 300, errors: 2 });
		machine.network({ eth0: { rxBytes: 1000, txBytes: 1000, errors: 1 } });
		machine.put('sys/class/net/eth0/speed', 1000);
		machine.put('run/systemd/timesync/synchronized', '');
		const { health, figure, state } = healthOf(machine);
		// Rates are over the time between two readings, which the test does not choose: it checks what they must be at least.
		const begun = performance.now();
		await health.read();
		machine.clock(4, 1200, 1200);
		machine.cooler(0, 'thermal-cpufreq-0', 2, 8);
		machine.interrupts({ '101 fdee0000.hdmirx': [1000, 5_000_000], '55 eth0': [50, 50] });
		machine.disk(machine.root, { writes: 110, sectors: 22_000, ms: 500, errors: 5 });
		machine.network({ eth0: { rxBytes: 1_001_000, txBytes: 1000, errors: 1 } });
		await health.read();
		const seconds = (performance.now() - begun) / 1000;

		assert.is(figure('temperature', 'soc-thermal'), 61.4);
		assert.equal(
			health.figures.filter(({ group }) => group === 'temperature').map(({ limit }) => limit),
			[80, 85],
		);
		assert.equal([figure('frequency', 'policy0'), figure('frequency', 'policy4')], [1800, 1200]);
		assert.equal([figure('throttle', 'policy0'), figure('throttle', 'policy4')], [0, 50]);
		assert.is(figure('throttle', 'thermal-cpufreq-0 0'), 25);
		assert.is(figure('throttle', 'pwm-fan 1'), undefined);
		assert.is(figure('diskErrors', 'simdisk1'), 3);
		assert.is(figure('diskLatency', 'simdisk1'), 20);
		assert.ok(figure('diskWrite', 'simdisk1')! >= 10_240_000 / seconds - 1);
		assert.ok(figure('network', 'eth0 in')! >= 8000 / seconds - 1);
		assert.is(figure('network', 'eth0 out'), 0);
		assert.is(figure('linkSpeed', 'eth0'), 1000);
		assert.ok(figure('interrupts', '101 fdee0000.hdmirx')! >= 5_000_000 / seconds - 1);
		assert.is(figure('interrupts', '26 arch_timer'), undefined);
		assert.is(figure('clock', 'synchronised'), 1);
		assert.is(state.current.system.temperatureC, 61.4);
		assert.ok(state.current.system.disk!.totalBytes > state.current.system.disk!.freeBytes);
		const all = Object.fromEntries(state.current.faults.map(({ code, subject }) => [code, subject]));
		assert.equal(all, { 'disk-errors': 'simdisk1', 'irq-storm': '101 fdee0000.hdmirx' });
	} finally {
		machine.remove();
	}
});

test('what a machine does not tell is not measured, and never 0', async () => {
	const machine = new SimulatedMachine();
	try {
		const { health, state } = healthOf(machine);
		await health.read();
		await health.read();
		const { series, notMeasured } = health.history.since(0);
		const groups = new Set(series.map(({ group }) => group));
		for (const group of ['temperature', 'throttle', 'frequency', 'network', 'interrupts', 'diskWrite', 'clock'])
			assert.not.ok(groups.has(group), group);
		assert.ok(groups.has('cpu') && groups.has('memory') && groups.has('diskFree'));
		assert.ok(notMeasured.some((what) => what.startsWith('temperature')));
		assert.ok(notMeasured.some((what) => what.startsWith('throttling')));
		assert.is(state.current.system.temperatureC, null);
		assert.equal(state.current.faults, []);
	} finally {
		machine.remove();
	}
});

test('a probe that hangs is left out and not asked again; the others go on', async () => {
	const machine = new SimulatedMachine();
	try {
		const { health, figure } = healthOf(machine);
		let asked = 0;
		const hanging: Probe = {
			read: () => {
				asked += 1;
				return new Promise(() => undefined);
			},
		};
		health.add('hanging', hanging);
		await health.read();
		await health.read();
		assert.is(asked, 1);
		assert.ok(figure('memory', 'used')! > 0);
	} finally {
		machine.remove();
	}
});

test('the history keeps one hour, tells what is new, and is bounded', () => {
	const history = new History();
	assert.is(history.capacity, 720);
	for (let i = 0; i < 1000; i++) {
		const figures: Figure[] = [{ group: 'cpu', name: 'all cores', value: i, limit: 90 }];
		if (i % 2 === 0) figures.push({ group: 'network', name: 'eth0 in', value: -i });
		history.add(i * 5000, figures);
	}
	const all = history.since(0);
	assert.equal([all.times.length, all.times[0], all.times.at(-1)], [720, 280 * 5000, 999 * 5000]);
	assert.equal([all.series[0]!.values[0], all.series[0]!.values.at(-1), all.series[0]!.limit], [280, 999, 90]);
	assert.equal(all.series[1]!.values.slice(-2), [-998, null]);
	const late = history.since(997 * 5000);
	assert.equal(
		[late.times, late.series[0]!.values],
		[
			[998 * 5000, 999 * 5000],
			[998, 999],
		],
	);
	for (let i = 0; i < 300; i++) history.add(5_000_000 + i, [{ group: 'interrupts', name: `line ${i}`, value: 1 }]);
	assert.is(history.since(0).series.length, 200);
	assert.is(history.dropped, 102);
});

test('interrupts are counted over all cores; names may have several devices', () => {
	const text = [
		'            CPU0       CPU1       CPU2',
		' 24:          1          2          3   IO-APIC   5-edge      ACPI:Ged',
		' 41:        100          0          0 PCI-MSIX-0000:00:04.0   0-edge      eth0, usb1',
		'LOC:        900        900        900   Local timer interrupts',
	].join('\n');
	assert.equal(
		[...parse(text)],
		[
			['24 ACPI:Ged', 6],
			['41 eth0, usb1', 100],
		],
	);
});

const calm: Situation = {
	figures: [],
	state: {
		encoders: {
			program: {
				id: 'program',
				element: 'x264enc',
				hardware: false,
				codec: 'h264',
				asked: { width: 1280, height: 720, fps: 30, kbps: 3840 },
				measured: null,
			},
		},
		recordings: {},
	},
	onAir: true,
	runningMs: 600_000,
	recordingRate: null,
	totalMemory: 1000,
	stopped: [],
};

function watching() {
	const { state } = new ShowStub();
	const watch = new Watch(new Faults(state, log));
	const codes = () => state.current.faults.map(({ code, subject }) => `${code} ${subject}`);
	const look = (change: Partial<Situation>, atS: number) => {
		watch.look({ ...calm, ...change }, atS * 1000);
		return codes();
	};
	return { look, state };
}
const one = (group: Figure['group'], name: string, value: number, limit?: number) => ({
	figures: [{ group, name, value, ...(limit !== undefined && { limit }) }],
});

test('heat is said after 10 s, and taken back 5 degrees lower', () => {
	const { look, state } = watching();
	const heat = (value: number) => one('temperature', 'soc', value, 85);
	assert.equal(look(heat(84), 0), []);
	assert.equal(look(heat(86), 5), []);
	assert.equal(look(heat(86), 14), []);
	assert.equal(look(heat(87), 15), ['temperature soc']);
	assert.equal(look(heat(82), 20), ['temperature soc']);
	assert.is(state.current.faults[0]!.count, 1);
	assert.equal(look(heat(79), 25), []);
	assert.equal(look(heat(86), 30), []);
});

test('throttling, a storm, low memory and a lost clock are faults with a remedy; a dip is none', () => {
	const { look, state } = watching();
	const throttle = (value: number) => one('throttle', 'policy4', value, 0);
	assert.equal(look(throttle(50), 0), []);
	assert.equal(look(throttle(0), 5), []);
	assert.equal(look(throttle(50), 10), []);
	assert.equal(look(throttle(25), 20), ['throttled processor']);
	assert.equal(look(one('interrupts', '101 hdmirx', 20_001, 20_000), 25), ['irq-storm 101 hdmirx']);
	assert.match(state.current.faults[0]!.remedy!, /Unplug/);
	assert.equal(look(one('interrupts', '101 hdmirx', 12_000, 20_000), 30), ['irq-storm 101 hdmirx']);
	assert.equal(look(one('interrupts', '101 hdmirx', 9000, 20_000), 35), []);
	assert.equal(look(one('memory', 'used', 950), 40), []);
	assert.equal(look(one('memory', 'used', 950), 70), ['memory-low machine']);
	assert.equal(look(one('memory', 'used', 850), 75), []);
	assert.equal(look({ ...one('clock', 'synchronised', 0), runningMs: 60_000 }, 80), []);
	assert.equal(look(one('clock', 'synchronised', 0), 85), ['clock-not-synchronised clock']);
	assert.equal(look(one('clock', 'synchronised', 1), 90), []);
});

test('the disk is told in minutes of recording: at the rate of what runs, else at that of the encoder', () => {
	const { look, state } = watching();
	// 3840 + 160 kbit/s are 500,000 bytes a second: 30 minutes are 900 MB.
	const left = (bytes: number) => one('diskFree', 'left', bytes);
	assert.equal(look(left(901e6), 0), []);
	assert.equal(look(left(899e6), 5), ['disk-low recordings']);
	assert.match(state.current.faults[0]!.message, /about 25 minutes of recording$/);
	assert.equal(look(left(1100e6), 10), ['disk-low recordings']);
	assert.equal(look(left(1300e6), 15), []);
	assert.equal(look({ ...left(1300e6), recordingRate: 5_000_000 }, 20), ['disk-low recordings']);
	assert.match(state.current.faults[0]!.message, /about 4 minutes of recording at the current bitrate$/);
});

test('a program that is off air is said, but not while it starts', () => {
	const { look } = watching();
	assert.equal(look({ onAir: false, runningMs: 20_000 }, 0), []);
	assert.equal(look({ onAir: false }, 20), []);
	assert.equal(look({ onAir: false }, 25), ['off-air program']);
	assert.equal(look({}, 30), []);
});

test('a recording that stops by itself is said until another is started; the rate is that of all files', () => {
	const recording = (id: string, state: Recording['state'], bytes: number) =>
		({ id, name: id, state, files: [{ bytes }, { bytes }], lastError: 'the disk is gone' }) as unknown as Recording;
	const stopped = new StoppedRecordings();
	const told = (...recordings: Recording[]) =>
		stopped.read({ recordings: Object.fromEntries(recordings.map((entry) => [entry.id, entry])) }).map(({ id }) => id);
	assert.equal(told(recording('old', 'fault', 0)), []);
	assert.equal(told(recording('a', 'recording', 0)), []);
	assert.equal(told(recording('a', 'fault', 0)), ['a']);
	assert.equal(told(recording('a', 'fault', 0), recording('b', 'starting', 0)), ['a']);
	assert.equal(told(recording('a', 'fault', 0), recording('b', 'recording', 0)), []);
	assert.equal(told(recording('b', 'finished', 0)), []);

	const rate = new RecordingRate();
	const read = (bytes: number, atS: number) => rate.read({ recordings: { a: recording('a', 'recording', bytes) } }, atS * 1000);
	assert.equal([read(100, 0), read(1100, 1), read(2100, 2)], [null, 2000, 2000]);
	assert.is(rate.read({ recordings: {} }, 3000), null);
});

test.run();
