import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import * as assert from 'uvu/assert';
import type { Applied } from '../../service/contract/buses.js';
import type { Recording } from '../../service/contract/recordings.js';
import { freePorts } from '../tools/net/ports.js';
import { needed } from '../tools/packages.js';
import { root, TestService } from '../tools/service.js';
import { suite } from '../tools/suite.js';

/** What programs.md tells people to type, against a demo. */
const test = suite<{ service: TestService }>('examples of the docs');

const blocks = [...readFileSync(join(root, 'panel/docs/programs.md'), 'utf8').matchAll(/^```sh\n([\s\S]*?)^```/gm)].map(
	([, block]) => block!,
);
const lines = blocks.flatMap((block) => block.split('\n'));
const define = lines.find((line) => line.startsWith('ask()'))!;

test.before(async (context) => {
	context.service = await TestService.start({ canvas: '160x90p10' });
});
test.after(({ service }) => service.stop());

/** What a shell makes of the line, with curl's options as fetch takes them: curl itself is on no list of packages. */
async function run(service: TestService, line: string): Promise<Response> {
	const script = `set -eu\n${define.replace('; echo', '')}\ncurl() { printf '%s\\0' "$@"; }\n${line}`;
	const environment = { PATH: process.env.PATH, TOKEN: service.ready.operatorToken, STUDIO: service.http };
	const child = spawnSync(needed('bash'), ['-c', script], { env: environment, encoding: 'utf8' });
	assert.is(child.status, 0, `${line}\n${child.stderr}`);
	const { values, positionals } = parseArgs({
		args: child.stdout.split('\0').slice(0, -1),
		allowPositionals: true,
		options: {
			header: { type: 'string', short: 'H', multiple: true, default: [] },
			data: { type: 'string', short: 'd' },
			request: { type: 'string', short: 'X' },
			output: { type: 'string', short: 'o' },
			silent: { type: 'boolean', short: 's' },
			'show-error': { type: 'boolean', short: 'S' },
		},
	});
	const response = await fetch(positionals[0]!, {
		method: values.request ?? (values.data === undefined ? 'GET' : 'POST'),
		headers: Object.fromEntries(values.header.map((header) => header.split(': ') as [string, string])),
		body: values.data ?? null,
	});
	if (!response.ok) assert.unreachable(`${line}: ${response.status} ${await response.text()}`);
	return response;
}

test('every call can be typed as it stands', async ({ service }) => {
	await service.onAir(60_000);
	const { technicianToken: token } = service.ready;
	await service.api('PATCH', '/api/settings', { network: { specialTargets: true } }, { token });
	const calls = lines.filter((line) => line.startsWith('ask '));
	assert.ok(calls.length >= 10, `${calls.length} calls`);
	let id = '';
	for (const call of calls) {
		const [video, audio] = await freePorts(2);
		// Nothing of a test leaves the machine, and ports of a busy one may be taken.
		const here = call.replace('192.0.2.7', '127.0.0.1').replace('5004', String(video)).replace('5006', String(audio));
		const answer = await (await run(service, here.replace('/ID/', `/${id}/`))).json();
		if (call.includes('prerollS')) id = (answer as Recording).id;
		if (call.includes('/api/cut')) assert.is((answer as Applied).program, 'quad');
	}
	const recording = (await service.api<Recording>('GET', `/api/recordings/${id}`)).body;
	assert.is(recording.name, 'rehearsal');
	const download = lines.find((line) => line.startsWith('curl') && line.includes('files/NAME'))!;
	const file = await run(service, download.replace('/ID/', `/${id}/`).replace('NAME', recording.files[0]!.name));
	assert.ok((await file.arrayBuffer()).byteLength > 1000);
});

test.run();
