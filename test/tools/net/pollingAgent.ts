/**
 * The side of the virtual machine of a polled session: asks for the offer, lets webrtcAgent.c answer it, and passes candidates
 * both ways. `pollingAgent.js WEBRTC-AGENT ORIGIN SESSION TOKEN`; says the states of the connection, a line of JSON each.
 */
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { patienceMs, pause, until } from '../wait.js';

interface Candidate {
	candidate: string;
	sdpMLineIndex?: number;
	timestamp: number;
}
type Said = { answer?: string; candidate?: string; mline?: number; state?: string };

const everyMs = 300;
const [program = '', origin, session, token] = process.argv.slice(2);

async function call<T>(method: string, what: string, body?: object): Promise<T | null> {
	const response = await fetch(`${origin}/api/webrtc/session/${session}/${what}`, {
		method,
		signal: AbortSignal.timeout(patienceMs),
		headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
		body: body ? JSON.stringify(body) : null,
	});
	if (response.status === 404) return null;
	const text = await response.text();
	if (!response.ok) throw new Error(`${method} ${what}: ${response.status} ${text}`);
	return JSON.parse(text) as T;
}

const agent = spawn('setpriv', ['--pdeathsig', 'KILL', program], { stdio: ['pipe', 'pipe', 'inherit'] });
agent.once('exit', (code) => process.exit(code ?? 1));
const tell = (line: object) => agent.stdin.write(`${JSON.stringify(line)}\n`);
createInterface({ input: agent.stdout }).on('line', (text) => {
	const { answer, candidate, mline, state } = JSON.parse(text) as Said;
	if (answer) void call('POST', 'answer', { type: 'answer', sdp: answer });
	if (candidate) void call('POST', 'candidate', { from: 'vm', candidate, sdpMLineIndex: mline });
	if (state) console.log(text);
});

const offer = await until(() => call<{ sdp: string }>('GET', 'offer'), { what: 'an offer', everyMs });
tell({ offer: offer.sdp });
let since = 0;
for (;;) {
	const { candidates } = (await call<{ candidates: Candidate[] }>('GET', `candidates/browser?since=${since}`))!;
	for (const { candidate, sdpMLineIndex = 0, timestamp } of candidates) {
		since = timestamp;
		if (candidate) tell({ candidate, mline: sdpMLineIndex });
	}
	await pause(everyMs);
}
