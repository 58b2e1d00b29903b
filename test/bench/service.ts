/** The service at 720p30 with four test inputs: how fast it starts, what it takes in memory and processor time. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LightPeers } from '../tools/engine/lightPeers.js';
import { TestService } from '../tools/service.js';
import { until } from '../tools/wait.js';
import { cpuPercents, median, memory, progress, report } from './measure.js';

const warmStarts = 3;
const viewers = 10;
const windowMs = 8000;
const folder = mkdtempSync(join(tmpdir(), 'r58-bench-'));
const env = { GST_REGISTRY: join(folder, 'registry.bin') };

/** Spawn to ready line, and to program on air, ms. */
async function start(): Promise<{ service: TestService; readyMs: number; onAirMs: number }> {
	const started = performance.now();
	const service = TestService.spawn({ canvas: '1280x720p30', dataDir: join(folder, 'data'), env });
	const line = await until(() => service.lines[0], { what: 'the ready line', timeoutMs: 30_000, everyMs: 5 });
	const readyMs = performance.now() - started;
	service.ready = JSON.parse(line);
	const onAir = () => service.api('GET', '/api/health').then(({ status }) => status === 200);
	await until(onAir, { what: 'the program to be on air', timeoutMs: 20_000, everyMs: 10 });
	return { service, readyMs, onAirMs: performance.now() - started };
}

async function watch(service: TestService, receivers: LightPeers): Promise<void> {
	await receivers.add(async (offer) => {
		const headers = { 'content-type': 'application/sdp' };
		const { status, body } = await service.api<string>('POST', '/whep/program', offer, { headers });
		if (status !== 201) throw new Error(`POST /whep/program: ${status} ${JSON.stringify(body)}`);
		return body;
	});
}

/** Processor time by role (of streamers by name), % of one core; the service's own under `service`. */
async function cpuByPart(service: TestService): Promise<Map<string, number>> {
	const hosts = service.hosts().map(({ pid, role, name }) => ({ pid, part: role === 'streamer' ? `${role} ${name}` : role }));
	const members = [{ pid: service.pid, part: 'service' }, ...hosts];
	const percents = await cpuPercents(
		members.map(({ pid }) => pid),
		windowMs,
	);
	const byPart = new Map<string, number>();
	for (const [i, { part }] of members.entries()) byPart.set(part, (byPart.get(part) ?? 0) + percents[i]!);
	return byPart;
}

function reportCpu(byPart: Map<string, number>, what: string): void {
	const all = [...byPart.values()].reduce((sum, percent) => sum + percent, 0);
	const parts = [...byPart].map(([part, percent]) => `${part} ${percent.toFixed(1)}`).join(', ');
	report({ what: `processor time of service and hosts, ${what}`, value: all, unit: '% of a core', note: parts });
}

const receivers = new LightPeers();
let { service, readyMs, onAirMs } = await start();
try {
	const note = 'registry of plugins and certificate are made';
	report({ what: 'first start: spawn to API', value: readyMs, unit: 'ms', n: 1, note });
	report({ what: 'first start: spawn to on air', value: onAirMs, unit: 'ms', n: 1, note });
	const starts: { readyMs: number; onAirMs: number }[] = [];
	for (let i = 0; i < warmStarts; i++) {
		await service.stop();
		({ service, readyMs, onAirMs } = await start());
		starts.push({ readyMs, onAirMs });
	}
	report({ what: 'next start: spawn to API, p50', value: median(starts.map((s) => s.readyMs)), unit: 'ms', n: warmStarts });
	report({
		what: 'next start: spawn to on air, p50',
		value: median(starts.map((s) => s.onAirMs)),
		unit: 'ms',
		n: warmStarts,
		goal: 3000,
	});

	await service.onAir();
	for (const streamer of ['program', 'multiview', 'return']) await service.host('streamer', streamer);
	progress(`processor time without viewers, ${windowMs / 1000} s`);
	reportCpu(await cpuByPart(service), 'no viewer');
	const own = memory(service.pid);
	report({ what: 'service, resident', value: own.rss, unit: 'MB' });
	report({ what: 'service, proportional', value: own.pss, unit: 'MB' });
	const hosts = service.hosts();
	const sizes = hosts.map(({ pid }) => memory(pid));
	report({ what: 'hosts, resident', value: sizes.reduce((sum, { rss }) => sum + rss, 0), unit: 'MB', n: hosts.length });
	const parts = hosts.map(({ role, name }, i) => `${role} ${name} ${sizes[i]!.pss.toFixed(0)}`).join(', ');
	const pss = sizes.reduce((sum, size) => sum + size.pss, 0);
	report({ what: 'hosts, proportional', value: pss, unit: 'MB', n: hosts.length, note: parts });

	for (let i = 0; i < viewers; i++) await watch(service, receivers);
	progress(`processor time with ${viewers} viewers, ${windowMs / 1000} s`);
	reportCpu(await cpuByPart(service), `${viewers} viewers`);
} finally {
	receivers.stop();
	await service.stop();
	rmSync(folder, { recursive: true, force: true });
}
