/** Floods on the real service, and beside them what an operator and the service manager notice. */
import { spawn } from 'node:child_process';
import { Agent, request } from 'node:http';
import { fileURLToPath } from 'node:url';
import type { NotifySocket } from '../machine/notifySocket.js';
import type { TestService } from '../service.js';
import { pause } from '../wait.js';
import type { Flood, Flooded } from './flood.js';

const program = fileURLToPath(new URL('./flood.js', import.meta.url));

/** Starts a flood; resolves with what it did. */
export function flood(what: Flood): Promise<Flooded> {
	return new Promise((resolve, reject) => {
		const child = spawn('setpriv', ['--pdeathsig', 'KILL', process.execPath, program, JSON.stringify(what)], {
			stdio: ['ignore', 'pipe', 'inherit'],
		});
		let text = '';
		child.stdout.on('data', (data) => (text += String(data)));
		child.on('error', reject);
		child.on('close', () => (text === '' ? reject(new Error('the flood ended without a word')) : resolve(JSON.parse(text))));
	});
}

/** A place that reads and does nothing: what the same flood costs the machine without us. */
export async function sink(): Promise<{ url: string; close: () => void }> {
	const child = spawn(
		process.execPath,
		[
			'-e',
			"const s=require('net').createServer(c=>c.on('error',()=>{}).resume()).listen(0,'127.0.0.1',()=>console.log(s.address().port))",
		],
		{ stdio: ['ignore', 'pipe', 'inherit'] },
	);
	const port = await new Promise<string>((resolve) => child.stdout.once('data', (data) => resolve(String(data).trim())));
	return { url: `http://127.0.0.1:${port}`, close: () => child.kill('SIGKILL') };
}

export interface Noticed {
	/** Ms, each from the request to the end of the answer, on a connection that is kept and on new ones. */
	cuts: number[];
	healths: number[];
	failed: number;
	/** Longest time in ms between two feeds of the watchdog. */
	hungryMs: number;
}

const cutEveryMs = 50;

/** Cuts and asks for the health for so long as `work` takes. */
export async function notice(service: TestService, manager: NotifySocket, work: Promise<unknown>): Promise<Noticed> {
	const noticed: Noticed = { cuts: [], healths: [], failed: 0, hungryMs: 0 };
	const agent = new Agent({ keepAlive: true, maxSockets: 1 });
	let over = false;
	const ended = work.finally(() => (over = true));
	const timed = async (into: number[], ask: () => Promise<void>): Promise<void> => {
		const at = performance.now();
		await ask().catch(() => (noticed.failed += 1));
		into.push(performance.now() - at);
	};
	const loop = async (into: number[], everyMs: number, ask: () => Promise<void>): Promise<void> => {
		while (!over) {
			await timed(into, ask);
			await pause(everyMs);
		}
	};
	const watch = async (): Promise<void> => {
		let [count, at] = [manager.count('WATCHDOG=1'), performance.now()];
		while (!over) {
			await pause(20);
			noticed.hungryMs = Math.max(noticed.hungryMs, performance.now() - at);
			const now = manager.count('WATCHDOG=1');
			if (now > count) [count, at] = [now, performance.now()];
		}
	};
	let turn = 0;
	const cut = () => send(service, 'POST', '/api/cut', agent, { scene: `source-hdmi${1 + (turn++ % 2)}` });
	const health = () => send(service, 'GET', '/api/health', undefined);
	await Promise.all([loop(noticed.cuts, cutEveryMs, cut), loop(noticed.healths, cutEveryMs, health), watch(), ended]);
	agent.destroy();
	return noticed;
}

/** From 127.0.0.1, with a connection of its own unless there is an agent. */
function send(service: TestService, method: string, path: string, agent: Agent | undefined, body?: object): Promise<void> {
	return new Promise((resolve, reject) => {
		const text = body === undefined ? '' : JSON.stringify(body);
		const headers = {
			authorization: `Bearer ${service.ready.operatorToken}`,
			...(body && { 'content-type': 'application/json', 'content-length': text.length }),
		};
		const options = { method, headers, agent: agent ?? false, timeout: 20_000, localAddress: '127.0.0.1' } as const;
		const asked = request(service.http + path, options, (response) => {
			response.resume();
			response.on('end', () => (response.statusCode === 200 ? resolve() : reject(new Error(`${path}: ${response.statusCode}`))));
		});
		asked.on('timeout', () => asked.destroy(new Error(`${path}: no answer`)));
		asked.on('error', reject);
		asked.end(text);
	});
}

/** The value that `part` of the values do not exceed. */
export function percentile(values: number[], part: number): number {
	return [...values].sort((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * part))] ?? 0;
}
