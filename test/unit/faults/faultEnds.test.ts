/** Every fault has an end: each code of the catalogue is raised by what raises it, and cleared by what ends it. */
import { EventEmitter } from 'node:events';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as assert from 'uvu/assert';
import { AcmeCertificate } from '../../../service/access/acme.js';
import { Tunnel } from '../../../service/access/tunnel.js';
import { type FaultCode, faultKinds } from '../../../service/contract/faultKinds.js';
import { Alerts } from '../../../service/faults/alerts.js';
import { Faults } from '../../../service/faults/faults.js';
import { showSettingsFault } from '../../../service/faults/settingsFault.js';
import { DecoderWatch } from '../../../service/guests/decoderWatch.js';
import { Disk } from '../../../service/health/disk.js';
import type { Figure } from '../../../service/health/figures.js';
import { MachineFiles } from '../../../service/health/files.js';
import type { Situation } from '../../../service/health/rules.js';
import { Watch } from '../../../service/health/watch.js';
import type { HostPool } from '../../../service/hosts/hostPool.js';
import { type HostPlan, SupervisedHost } from '../../../service/hosts/supervisedHost.js';
import { ServerHealth } from '../../../service/network/serverHealth.js';
import { settingsSchema } from '../../../service/settings/schema.js';
import { Settings } from '../../../service/settings/settings.js';
import { PictureWatch } from '../../../service/sources/pictureWatch.js';
import { WaitingInputs } from '../../../service/sources/waiting.js';
import { DeviceKey } from '../../../service/store/deviceKey.js';
import { KeyFiles } from '../../../service/store/keyFiles.js';
import { StudioError } from '../../../service/util/errors.js';
import { createLog } from '../../../service/util/log.js';
import { linkEvent } from '../../tools/elementEvents.js';
import { faultSample } from '../../tools/faultSamples.js';
import { SimulatedMachine } from '../../tools/machine/simulatedMachine.js';
import { ShowStub } from '../../tools/showStub.js';
import { test } from '../../tools/suite.js';
import { until } from '../../tools/wait.js';

const log = createLog('silent');
const dir = mkdtempSync(join(tmpdir(), 'r58-ends-'));
test.after(() => rmSync(dir, { recursive: true, force: true }));

interface Bench {
	faults: Faults;
	stub: ShowStub;
}
/** Raises the fault, then ends it; between the two it is looked at. */
type Ends = (bench: Bench) => Promise<() => unknown>;

const calm: Situation = {
	figures: [],
	state: { encoders: {}, recordings: {} },
	onAir: true,
	runningMs: 600_000,
	recordingRate: null,
	totalMemory: 1000,
	stopped: [],
};
const figure = (group: Figure['group'], name: string, value: number, limit?: number): Partial<Situation> => ({
	figures: [{ group, name, value, ...(limit !== undefined && { limit }) }],
});
/** A rule of health: in this situation, and in that one no more. */
const rule =
	(bad: Partial<Situation>, good: Partial<Situation>): Ends =>
	async ({ faults }) => {
		const watch = new Watch(faults);
		watch.look({ ...calm, ...bad }, 0);
		watch.look({ ...calm, ...bad }, 60_000);
		return () => watch.look({ ...calm, ...good }, 61_000);
	};

/** A process as the test wants it: the only thing here that is not real. */
class FakeProcess extends EventEmitter {
	pid = 2 ** 30;
	start() {}
	kill() {}
	async stop() {}
}
function host(faults: Faults, more: Partial<HostPlan> = {}) {
	const processes: FakeProcess[] = [];
	const take = () => {
		processes.push(new FakeProcess());
		return processes.at(-1)!;
	};
	const pool = { take } as unknown as HostPool;
	const supervised = new SupervisedHost({ role: 'source', name: 'a', launch: () => 'text', holdOffMs: 1, ...more }, pool, faults);
	supervised.start();
	/** Ends the newest process and waits for the next. */
	const fail = async () => {
		const { length } = processes;
		processes.at(-1)!.emit('end', 'it is busy');
		await until(() => processes.length > length, { what: 'the next process', timeoutMs: 5000, everyMs: 2 });
	};
	/** The newest process runs until it counts as mended. */
	const run = () => {
		const now = performance.now;
		processes.at(-1)!.emit('ready');
		try {
			performance.now = () => now.call(performance) + 6000;
			for (let n = 0; n < 2; n += 1) processes.at(-1)!.emit('event', linkEvent('video'));
		} finally {
			performance.now = now;
		}
	};
	return { supervised, processes, fail, run };
}

const raisedBy =
	(code: FaultCode): Ends =>
	async ({ faults }) => {
		faults.raise(faultSample(code, 'x'));
		return () => faults.acknowledge(code, 'x');
	};

/** Judged where the real thing runs. */
const elsewhere: Partial<Record<FaultCode, string>> = {
	'safe-mode': 'engine/safeMode',
	'disk-full': 'engine/recordingLost',
	'recording-lost': 'engine/recordingLost',
	'recording-folder': 'engine/recordingLost',
	'program-black': 'engine/programCondition',
	'program-silent': 'engine/programCondition',
	'no-inputs': 'machine/captureService',
	input: 'machine/captureService',
	sound: 'unit/sources/captureInputs',
};

const ends: Partial<Record<FaultCode, Ends>> = {
	'off-air': rule({ onAir: false }, {}),
	'disk-low': rule(
		{ ...figure('diskFree', 'left', 1e6), recordingRate: 1e6 },
		{ ...figure('diskFree', 'left', 1e12), recordingRate: 1e6 },
	),
	'disk-errors': async ({ faults }) => {
		const machine = new SimulatedMachine();
		const hour = 3_600_000;
		let now = 0;
		const disk = new Disk(new MachineFiles(machine.root), machine.root, () => now);
		const watch = new Watch(faults);
		const at = async (ms: number, errors: number): Promise<boolean> => {
			now = ms;
			machine.disk(machine.root, { writes: 1, sectors: 1, ms: 1, errors });
			const figures = (await disk.read()).filter(({ group }) => group === 'diskErrors');
			watch.look({ ...calm, figures }, ms);
			return faults.list().some(({ code }) => code === 'disk-errors');
		};
		// What it had before the service is nobody's news.
		assert.equal([await at(0, 7), await at(1000, 7)], [false, false]);
		assert.equal([await at(2000, 9), await at(hour, 10), await at(2 * hour - 1, 10)], [true, true, true]);
		return async () => {
			assert.is(await at(2 * hour, 10), false);
			machine.remove();
		};
	},
	temperature: rule(figure('temperature', 'soc', 91, 90), figure('temperature', 'soc', 84, 90)),
	throttled: rule(figure('throttle', 'cpu', 20), figure('throttle', 'cpu', 0)),
	'irq-storm': rule(figure('interrupts', '77', 1e6, 1), figure('interrupts', '77', 1, 1)),
	'memory-low': rule(figure('memory', 'used', 990), figure('memory', 'used', 500)),
	'clock-not-synchronised': rule(figure('clock', 'synchronised', 0), figure('clock', 'synchronised', 1)),
	'recording-stopped': rule({ stopped: [{ id: 'rec-1', name: 'First', reason: null }] }, {}),
	'recording-gap': raisedBy('recording-gap'),
	'left-out': raisedBy('left-out'),
	'database-damaged': raisedBy('database-damaged'),
	'restore-failed': raisedBy('restore-failed'),
	'host-restarted': async ({ faults }) => {
		const { fail, run } = host(faults);
		await fail();
		return run;
	},
	'host-held-off': async ({ faults }) => {
		const { fail, run } = host(faults);
		for (let n = 0; n < 5; n += 1) await fail();
		return run;
	},
	'host-stuck': async ({ faults }) => {
		const { processes } = host(faults);
		processes[0]!.emit('stuck');
		return () => processes[0]!.emit('end', null);
	},
	'guest-decoder': async ({ faults }) => {
		const watch = new DecoderWatch(faults, { id: 'guest-a', name: 'Ada' });
		watch.read(40, 0);
		watch.read(40, 9_000);
		return () => watch.read(40, 10_000);
	},
	'no-picture': async ({ faults }) => {
		const watch = new PictureWatch(faults, 'guest guest-a', () => 'Ada');
		const packets = (fromMs: number, toMs: number) => {
			for (let at = fromMs; at < toMs; at += 500) watch.packets(true, at, 3);
		};
		// Silence between, or a picture, and the patience begins anew.
		packets(0, 7_500);
		watch.packets(false, 7_500);
		packets(8_000, 15_000);
		watch.pictures(1);
		packets(15_500, 23_000);
		packets(30_000, 37_500);
		assert.equal(faults.list(), []);
		packets(37_500, 39_000);
		return () => watch.pictures(2);
	},
	'no-slot': async ({ faults }) => {
		const waiting = new WaitingInputs(faults);
		let full = true;
		waiting.admit('guest-a', 'Ada', () => {
			if (full) throw new StudioError('no-slot', 'full');
		});
		return () => {
			full = false;
			waiting.retry();
		};
	},
	settings: async ({ faults }) => {
		const dataDir = mkdtempSync(join(dir, 'settings-'));
		writeFileSync(join(dataDir, 'settings.yaml'), 'network: 7\n');
		const settings = new Settings({ dataDir, log });
		showSettingsFault(settings, faults);
		return () => {
			writeFileSync(join(dataDir, 'settings.yaml'), 'network: { tcp: true }\n');
			settings.reload();
		};
	},
	sealed: async ({ faults }) => {
		const dataDir = mkdtempSync(join(dir, 'sealed-'));
		const [key, other] = ['a', 'b'].map((name) => new DeviceKey(new KeyFiles(join(dataDir, name), log)));
		writeFileSync(join(dataDir, 'settings.yaml'), `alerts: { secret: "${other!.seal('long enough')}" }\n`);
		const settings = new Settings({ dataDir, log, key: key! });
		showSettingsFault(settings, faults);
		return () => settings.patch({ alerts: { secret: 'typed again' } });
	},
	'ice-server': async ({ faults }) => {
		const parsed = { host: 'stun.invalid', port: 3478, transport: 'udp', kind: 'stun' };
		const entries = [{ name: 'ours', url: 'stun:stun.invalid', parsed, skipped: null }];
		const servers = { entries: async () => entries, cloudflareError: null };
		const health = new ServerHealth(servers as never, { resolve: async () => null } as never, faults);
		await health.check();
		return async () => {
			entries.length = 0;
			await health.check();
		};
	},
	webhook: async ({ faults, stub }) => {
		const settings = { current: settingsSchema.parse({ alerts: { webhook: 'http://127.0.0.1:9/', minSeverity: 'notice' } }) };
		const alerts = new Alerts({ state: stub.state, faults, settings, limits: { retry: { firstMs: 1, capMs: 1 }, tries: 50 } });
		alerts.start();
		faults.raise(faultSample('temperature', 'soc'));
		await until(() => faults.list().some(({ code }) => code === 'webhook'), { what: 'the fault', timeoutMs: 5000 });
		const { createServer } = await import('node:http');
		const server = createServer((_, answer) => answer.end());
		await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
		const { port } = server.address() as { port: number };
		return async () => {
			settings.current = settingsSchema.parse({ alerts: { webhook: `http://127.0.0.1:${port}/`, minSeverity: 'notice' } });
			faults.raise(faultSample('throttled', 'processor'));
			await until(() => !faults.list().some(({ code }) => code === 'webhook'), { what: 'the end', timeoutMs: 5000 });
			alerts.stop();
			server.close();
		};
	},
	certificate: async ({ faults }) => {
		const acme = new AcmeCertificate(new KeyFiles(join(dir, 'acme'), log), faults, log, () => {});
		acme.setOrder({ name: 'studio.example.org', directoryUrl: 'https://127.0.0.1:9/', email: null });
		await acme.ensure();
		return () => acme.setOrder(null);
	},
	tunnel: async ({ faults }) => {
		const tunnel = new Tunnel(new KeyFiles(join(dir, 'tunnel'), log), faults, log, () => {});
		const hostKey = `ssh-ed25519 ${'A'.repeat(68)}`;
		tunnel.set({ enabled: true, host: '127.0.0.1', port: 9, user: 'x', hostKey, remotePort: 8080 }, 8000);
		return () => tunnel.stop();
	},
};

for (const [code, { ends: words }] of Object.entries(faultKinds) as [FaultCode, { ends: string }][]) {
	const file = elsewhere[code];
	if (file !== undefined) continue;
	test(`${code} ends when ${words}`, async () => {
		const stub = new ShowStub();
		const faults = new Faults(stub.state, log);
		const is = (raised: boolean) =>
			until(() => faults.list().some((fault) => fault.code === code) === raised, {
				what: `${code} to be ${raised ? 'raised' : 'over'}`,
				timeoutMs: 10_000,
				everyMs: 5,
			});
		const end = await ends[code]!({ faults, stub });
		await is(true);
		await end();
		await is(false);
		const past = faults.past().find((fault) => fault.code === code)!;
		assert.ok(past.until >= past.since, 'it can be read still');
	});
}

test('every fault is judged here or in a file that is there', () => {
	for (const code of Object.keys(faultKinds) as FaultCode[]) {
		const file = elsewhere[code];
		if (file === undefined) assert.ok(ends[code], `${code} has no end here`);
		else assert.ok(existsSync(new URL(`../../${file}.test.js`, import.meta.url)), file);
	}
});

test('what is over can be read for a day, also after a restart; what flickers is one', () => {
	let kept: ReturnType<Faults['past']> = [];
	const history = {
		load: () => kept,
		save: (past: typeof kept) => {
			kept = structuredClone(past);
		},
	};
	const faults = new Faults(new ShowStub().state, log, history);
	for (let n = 0; n < 300; n += 1) {
		faults.raise(faultSample('sound', 'hdmi1'));
		faults.clear('sound', 'hdmi1');
	}
	assert.equal(
		faults.past().map(({ code, count }) => [code, count]),
		[['sound', 300]],
	);
	for (let n = 0; n < 300; n += 1) {
		faults.raise(faultSample('sound', `hdmi${n}`));
		faults.clear('sound', `hdmi${n}`);
	}
	assert.is(faults.past().length, 200);
	faults.flush();
	assert.is(new Faults(new ShowStub().state, log, history).past().length, 200);
	assert.is(faults.past(Date.now() + 25 * 3_600_000).length, 0);
});

test('only what has happened and cannot be undone is acknowledged', () => {
	const faults = new Faults(new ShowStub().state, log);
	faults.raise(faultSample('tunnel', 'access'));
	const refusal = (subject: string) => {
		try {
			faults.acknowledge('tunnel', subject);
		} catch (error) {
			return (error as StudioError).code;
		}
		return null;
	};
	assert.equal([refusal('access'), refusal('other')], ['conflict', 'not-found']);
	assert.is(faults.list().length, 1);
});

test.run();
