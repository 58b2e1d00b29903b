/** How soon a fault is noticed (listed, and so on the panel) and mended (the new process does its work), by role. */
import type { EventMessage } from '../../service/contract/events.js';
import type { Recording } from '../../service/contract/recordings.js';
import type { Status } from '../../service/contract/system.js';
import type { Events } from '../tools/events.js';
import { TestService } from '../tools/service.js';
import { until } from '../tools/wait.js';
import { progress, reportSet } from './measure.js';

const ROUNDS = 3;
/** What counts up in each role while it works: element and field. */
const work: Record<string, [element: string, field: string]> = {
	source: ['video', 'buffers'],
	mixer: ['mixer', 'frames'],
	encoder: ['program-h264', 'buffers'],
	recorder: ['video', 'buffers'],
	streamer: ['program-h264', 'buffers'],
};

const service = await TestService.start();
try {
	await service.onAir();
	const events = await service.events();
	for (const [role, name] of [
		['source', 'hdmi2'],
		['streamer', 'program'],
		['recorder', await record()],
		['encoder', 'program'],
		['mixer', 'program'],
	] as [string, string][])
		for (const signal of ['SIGKILL', 'SIGSTOP'] as const) await measure(events, role, name, signal);
} finally {
	await service.stop();
}

async function record(): Promise<string> {
	const { body } = await service.api<Recording>('POST', '/api/recordings', {});
	return body.id;
}

async function measure(events: Events, role: string, name: string, signal: 'SIGKILL' | 'SIGSTOP'): Promise<void> {
	const label = `${role} ${signal === 'SIGKILL' ? 'killed' : 'frozen'}`;
	progress(label);
	const noticed: number[] = [];
	const mended: number[] = [];
	for (let i = 0; i < ROUNDS; i++) {
		// Fewer than five failures in a minute, and no fault left from before.
		await service.waitState(({ faults }) => faults.length === 0, 'no fault', 60_000);
		const { pid } = await service.host(role, name);
		const seen = events.messages.length;
		const at = performance.now();
		process.kill(pid, signal);
		const [noticedAt, mendedAt] = await Promise.all([
			until(() => listed(events.messages.slice(seen), `${role} ${name}`) && performance.now(), {
				what: 'the fault',
				timeoutMs: 15_000,
				everyMs: 5,
			}),
			until(async () => (await works(role, name, pid)) && performance.now(), {
				what: 'the new process',
				timeoutMs: 20_000,
				everyMs: 20,
			}),
		]);
		noticed.push(noticedAt - at);
		mended.push(mendedAt - at);
	}
	reportSet(`${label}: noticed`, noticed, 'ms');
	reportSet(`${label}: mended`, mended, 'ms');
}

function listed(messages: EventMessage[], subject: string): boolean {
	return messages.some(
		(message) =>
			message.type === 'delta' &&
			message.changes.some(
				([path, value]) => path === 'faults' && (value as { subject: string }[]).some((fault) => fault.subject === subject),
			),
	);
}

async function works(role: string, name: string, not: number): Promise<boolean> {
	const { hosts } = (await service.api<Status>('GET', '/api/system/status')).body;
	const host = hosts.find((host) => host.role === role && host.name === name);
	const [element, field] = work[role]!;
	return !!host && host.pid !== not && host.state === 'running' && Number(host.elements[element]?.[field] ?? 0) > 0;
}
