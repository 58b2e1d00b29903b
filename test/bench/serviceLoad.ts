/** The service during a show: how late its event loop is, and how long it takes to answer 200 requests a second; the program goes on. */
import type { Status } from '../../service/contract/system.js';
import { TestService } from '../tools/service.js';
import { pause } from '../tools/wait.js';
import { cpuPercents, progress, report, reportSet } from './measure.js';

const showMs = 12_000;
const cutEveryMs = 500;
const requestsPerS = 200;
const requestsMs = 10_000;
/** What panels and programs ask. */
const paths = ['/api/health', '/api/state', '/api/sources', '/api/scenes', '/api/recordings', '/api/system', '/api/encoder'];

const service = await TestService.start({ canvas: '1280x720p30', timeoutMs: 60_000 });

async function loopDelayP99Ms(): Promise<number> {
	const { body } = await service.api<string>('GET', '/metrics');
	return Number(/^r58_event_loop_delay_p99_seconds (\S+)/m.exec(body)![1]) * 1000;
}

/** Frames of the program, and those that came late or not at all. */
async function frames(): Promise<{ frames: number; lost: number; atMs: number }> {
	const { body } = await service.api<Status>('GET', '/api/system/status');
	const mixer = body.hosts.find(({ role, name }) => role === 'mixer' && name === 'program')!.elements.mixer!;
	const { frames = 0, skippedFrames = 0, lateFrames = 0 } = mixer as Record<string, number>;
	return { frames, lost: skippedFrames + lateFrames, atMs: performance.now() };
}

/** One every 5 ms whether those before are answered or not; time from when it was due to the end of the answer. */
async function ask(): Promise<{ ms: number[]; failed: number }> {
	const ms: number[] = [];
	let failed = 0;
	const begun = performance.now();
	const asked: Promise<void>[] = [];
	for (let i = 0; i < (requestsPerS * requestsMs) / 1000; i++) {
		const due = begun + (i * 1000) / requestsPerS;
		if (due > performance.now()) await pause(due - performance.now());
		asked.push(
			service.api('GET', paths[i % paths.length]!).then(
				({ status }) => {
					if (status === 200) ms.push(performance.now() - due);
					else failed += 1;
				},
				() => {
					failed += 1;
				},
			),
		);
	}
	await Promise.all(asked);
	return { ms, failed };
}

try {
	await service.onAir(60_000);
	progress(`event loop with four inputs and a cut every ${cutEveryMs} ms, ${showMs / 1000} s`);
	await loopDelayP99Ms();
	for (let i = 0; i < showMs / cutEveryMs; i++) {
		await service.api('POST', '/api/cut', { scene: `source-hdmi${(i % 4) + 1}` });
		await pause(cutEveryMs);
	}
	report({ what: 'event loop delay during a show, p99', value: await loopDelayP99Ms(), unit: 'ms' });

	const quiet = await frames();
	await pause(requestsMs);
	const before = await frames();
	progress(`${requestsPerS} requests a second, ${requestsMs / 1000} s`);
	const [{ ms, failed }, [busy = 0]] = await Promise.all([ask(), cpuPercents([service.pid], requestsMs)]);
	const after = await frames();
	reportSet(`answer at ${requestsPerS} requests a second`, ms, 'ms');
	report({ what: `service at ${requestsPerS} requests a second, processor`, value: busy, unit: '% of a core' });
	report({ what: 'requests without an answer', value: failed, unit: 'requests', n: ms.length + failed, goal: 0 });
	const rate = (from: typeof quiet, to: typeof quiet) => ((to.frames - from.frames) / (to.atMs - from.atMs)) * 1000;
	report({
		what: 'program without requests',
		value: rate(quiet, before),
		unit: 'frames/s',
		note: `${before.lost - quiet.lost} late or skipped`,
	});
	report({
		what: 'program during the requests',
		value: rate(before, after),
		unit: 'frames/s',
		note: `${after.lost - before.lost} late or skipped`,
	});
} finally {
	await service.stop();
}
