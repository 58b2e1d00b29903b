/**
 * Breaks things of a running service of this machine on purpose, by role:
 * `node dist/test/tools/engine/chaosCli.js --url URL --token TOKEN kill|stop|slow|starve|corrupt ROLE [NAME]`
 */
import { parseArgs } from 'node:util';
import type { Status } from '../../../service/contract/system.js';
import { Random } from '../random.js';
import { type FaultKind, faultKinds, inject } from './chaos.js';

const usage = `chaosCli.js --url URL --token TOKEN [options] kill|stop|slow|starve|corrupt ROLE [NAME]

  kill     SIGKILL                          stop     SIGSTOP for the time, then SIGCONT
  slow     asleep half of the time          starve   awake a fifth of the time, lowest priority
  corrupt  garbage on the host's links, then a stranger at its address

  ROLE     source, mixer, encoder, recorder, target, streamer; without NAME all of that role, one after the other
  --seconds N   how long a fault lasts (default 5)
  --times N     how often (default 1), with --every N seconds between (default 10)
  --seed N      repeats the same moments (default 1)
`;

const { values, positionals } = parseArgs({
	allowPositionals: true,
	options: {
		url: { type: 'string' },
		token: { type: 'string' },
		seconds: { type: 'string', default: '5' },
		times: { type: 'string', default: '1' },
		every: { type: 'string', default: '10' },
		seed: { type: 'string', default: '1' },
	},
});
const [kind, role, name] = positionals;
const { url, token } = values;
if (!url || !token || !role || !faultKinds.includes(kind as FaultKind)) {
	process.stderr.write(usage);
	process.exit(2);
}
const random = new Random(Number(values.seed));

async function victims(): Promise<{ pid: number; role: string; name: string }[]> {
	const response = await fetch(new URL('/api/system/status', url), {
		headers: { authorization: `Bearer ${token}` },
		signal: AbortSignal.timeout(5_000),
	});
	if (!response.ok) throw new Error(`${url} answers ${response.status}`);
	const { hosts } = (await response.json()) as Status;
	return hosts.flatMap((host) =>
		host.pid !== null && host.role === role && (!name || host.name === name) ? [{ ...host, pid: host.pid }] : [],
	);
}

for (let i = 0; i < Number(values.times); i++) {
	if (i > 0) await new Promise((resolve) => setTimeout(resolve, Number(values.every) * 1000));
	const found = await victims();
	if (found.length === 0) throw new Error(`there is no host ${role} ${name ?? ''}`);
	for (const victim of found) {
		process.stdout.write(`${JSON.stringify({ at: new Date().toISOString(), fault: kind, ...victim, elements: undefined })}\n`);
		await inject(kind as FaultKind, victim, { seconds: Number(values.seconds), random });
	}
}
