/** The service without inputs and without anybody who asks: what it takes just to be there, and what one reading of the machine costs. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Faults } from '../../service/faults/faults.js';
import { Health } from '../../service/health/health.js';
import { LiveState } from '../../service/state/state.js';
import { createLog } from '../../service/util/log.js';
import { TestService } from '../tools/service.js';
import { initialState } from '../tools/showStub.js';
import { until } from '../tools/wait.js';
import { cpuPercents, memory, progress, report } from './measure.js';

const windowMs = 20_000;
const readings = 20;
const folder = mkdtempSync(join(tmpdir(), 'r58-bench-'));

const service = TestService.spawn({ canvas: '1280x720p30', dataDir: join(folder, 'data'), demo: false });
try {
	service.ready = JSON.parse(await until(() => service.lines[0], { what: 'the ready line', timeoutMs: 60_000 }));
	const healthy = () => service.api('GET', '/api/health', undefined, { token: null }).then(({ status }) => status === 200);
	await until(healthy, { what: 'the program to be on air', timeoutMs: 60_000 });
	for (const streamer of ['program', 'multiview', 'return']) await service.host('streamer', streamer, { timeoutMs: 60_000 });
	progress(`processor time without inputs, ${windowMs / 1000} s`);
	const hosts = service.hosts();
	const [own = 0, ...others] = await cpuPercents([service.pid, ...hosts.map(({ pid }) => pid)], windowMs);
	report({ what: 'service without inputs, processor', value: own, unit: '% of a core', goal: 3 });
	const parts = hosts.map(({ role, name }, i) => `${role} ${name} ${others[i]!.toFixed(1)}`).join(', ');
	const sum = others.reduce((total, percent) => total + percent, 0);
	report({ what: 'hosts without inputs, processor', value: sum, unit: '% of a core', n: hosts.length, note: parts });
	const { rss, pss } = memory(service.pid);
	report({ what: 'service without inputs, resident', value: rss, unit: 'MB', goal: 400 });
	report({ what: 'service without inputs, proportional', value: pss, unit: 'MB' });
} finally {
	await service.stop();
	rmSync(folder, { recursive: true, force: true });
}

const state = new LiveState(initialState());
const log = createLog('silent');
const health = new Health({ dataDir: tmpdir(), state, faults: new Faults(state, log), log, onAir: () => true });
await health.read();
const before = process.cpuUsage();
for (let i = 0; i < readings; i++) await health.read();
const { user, system } = process.cpuUsage(before);
report({ what: 'one reading of the machine, processor', value: (user + system) / 1000 / readings, unit: 'ms', n: readings });
