/** Button to picture: POST /api/cut to the first program frame that shows the scene. */
import { Agent, request } from 'node:http';
import type { Applied } from '../../service/contract/buses.js';
import { TestService } from '../tools/service.js';
import { pause } from '../tools/wait.js';
import { progress, reportSet } from './measure.js';

const cuts = 60;
const frameMs = 1000 / 30;

const service = await TestService.start({ canvas: '1280x720p30' });
const agent = new Agent({ keepAlive: true, maxSockets: 1 });

interface Cut {
	/** Monotonic ns, the clock of the frame grid, when the request was written and when its answer was there. */
	sentNs: bigint;
	answeredNs: bigint;
	applied: Applied;
}

function cut(scene: string): Promise<Cut> {
	return new Promise((resolve, reject) => {
		const body = JSON.stringify({ scene });
		const headers = {
			authorization: `Bearer ${service.ready.operatorToken}`,
			'content-type': 'application/json',
			'content-length': body.length,
		};
		const asked = request(`${service.http}/api/cut`, { method: 'POST', agent, headers, timeout: 5000 }, (response) => {
			let text = '';
			response.setEncoding('utf8').on('data', (chunk) => {
				text += chunk;
			});
			response.on('end', () => {
				const answeredNs = process.hrtime.bigint();
				if (response.statusCode === 200) resolve({ sentNs, answeredNs, applied: JSON.parse(text) });
				else reject(new Error(`POST /api/cut: ${response.statusCode} ${text}`));
			});
		});
		asked.on('timeout', () => asked.destroy(new Error('POST /api/cut: no answer within 5 s')));
		asked.on('error', reject);
		const sentNs = process.hrtime.bigint();
		asked.end(body);
	});
}

try {
	await service.onAir();
	// Compiled code and the connection are not what is measured.
	for (const scene of ['source-hdmi1', 'source-hdmi2', 'source-hdmi1']) await cut(scene);
	const frames: number[] = [];
	const times: number[] = [];
	const answers: number[] = [];
	for (let i = 0; i < cuts; i++) {
		// A phase of its own against the frame grid.
		await pause(100 + Math.random() * 2 * frameMs);
		const { sentNs, answeredNs, applied } = await cut(`source-hdmi${1 + (i % 4)}`);
		const ms = Number(BigInt(applied.ptsNs) - sentNs) / 1e6;
		times.push(ms);
		frames.push(ms / frameMs);
		answers.push(Number(answeredNs - sentNs) / 1e6);
		if (i % 20 === 19) progress(`${i + 1} of ${cuts} cuts`);
	}
	reportSet('request sent to first frame', frames, 'frames', { p95: 1 });
	reportSet('request sent to first frame', times, 'ms');
	reportSet('request sent to answer', answers, 'ms');
} finally {
	agent.destroy();
	await service.stop();
}
