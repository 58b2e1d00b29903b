import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as assert from 'uvu/assert';
import { TestService } from '../tools/service.js';
import { suite } from '../tools/suite.js';
import { patienceMs, until, within } from '../tools/wait.js';

/** What comes from outside and is wrong: a clear error that names the thing, and the show goes on as if nothing had been. */
const test = suite<{ service: TestService }>('bad input');
const folders: string[] = [];

function folder(): string {
	const path = mkdtempSync(join(tmpdir(), 'r58-bad-'));
	folders.push(path);
	return path;
}

/** Either form of an error: as JSON, or as problem+json (RFC 9457). */
interface ErrorAnswer {
	error?: { code: string; message: string };
	code?: string;
	detail?: string;
}

test.before(async (context) => {
	context.service = await TestService.start({ canvas: '320x180p15' });
	await context.service.onAir();
});
test.after(async ({ service }) => {
	for (const path of folders) rmSync(path, { recursive: true, force: true });
	await service.stop();
});

test('wrong requests are refused with the field, the id or the limit named, and the show is untouched', async ({ service }) => {
	const before = await service.state();
	const hosts = service.hosts().map((host) => host.pid);
	const sdp = { 'content-type': 'application/sdp' };
	const guest = (await service.api<{ id: string; token: string }>('POST', '/api/guests', { name: 'Ada' })).body;
	const table: [
		name: string,
		method: string,
		path: string,
		body: unknown,
		headers: Record<string, string>,
		status: number,
		code: string,
		says: RegExp,
	][] = [
		['malformed JSON', 'POST', '/api/cut', '{"scene":', {}, 400, 'bad-json', /JSON/],
		['a wrong type', 'POST', '/api/take', { kind: 'mix', durationMs: 'long' }, {}, 400, 'invalid', /durationMs/],
		['an unknown field', 'PUT', '/api/scenes/x', { layers: [], colour: 'red' }, {}, 400, 'invalid', /colour/],
		['an unknown scene', 'POST', '/api/cut', { scene: 'nowhere' }, {}, 404, 'not-found', /nowhere/],
		[
			'an unknown source in a scene',
			'PUT',
			'/api/scenes/x',
			{ layers: [{ source: 'hdmi9', x: 0, y: 0, w: 1, h: 1 }] },
			{},
			400,
			'invalid',
			/hdmi9/,
		],
		[
			'a coordinate off the canvas',
			'PUT',
			'/api/scenes/x',
			{ layers: [{ source: 'hdmi1', x: 2, y: 0, w: 1, h: 1 }] },
			{},
			400,
			'invalid',
			/layers\.0\.x/,
		],
		['an unknown strip', 'PATCH', '/api/audio/hdmi9', { mute: true }, {}, 404, 'not-found', /hdmi9/],
		['an unknown recording', 'POST', '/api/recordings/none/stop', undefined, {}, 404, 'not-found', /none/],
		['an SDP that is none, WHIP', 'POST', `/whip/${guest.id}`, 'hello', sdp, 400, 'bad-sdp', /SDP/],
		['an SDP that is none, WHEP', 'POST', '/whep/program', 'v=0\r\nhello', sdp, 400, 'bad-sdp', /SDP/],
		['an SDP of another type', 'POST', '/whep/program', { sdp: 'v=0' }, {}, 415, 'unsupported-media-type', /application\/sdp/],
		['an unknown streamer', 'POST', '/whep/nothing', 'v=0\r\n', sdp, 404, 'not-found', /nothing/],
		['a body of 10 MB', 'POST', '/api/cut', 'x'.repeat(10_000_000), {}, 413, 'too-large', /larger than 65536/],
		['an SDP of 10 MB', 'POST', '/whep/program', 'x'.repeat(10_000_000), sdp, 413, 'too-large', /larger than 32768/],
	];
	for (const [name, method, path, body, headers, status, code, says] of table) {
		const answer = await service.api<ErrorAnswer>(method, path, body, { headers });
		assert.is(answer.status, status, `${name}: ${JSON.stringify(answer.body)}`);
		assert.is(answer.body.error?.code ?? answer.body.code, code, name);
		assert.match(answer.body.error?.message ?? answer.body.detail ?? '', says, `${name}: ${JSON.stringify(answer.body)}`);
	}
	assert.is((await service.api('GET', '/api/state', undefined, { token: 'wrong' })).status, 401);
	assert.is((await service.api('POST', '/api/cut', { scene: 'full' }, { token: guest.token })).status, 403);

	const after = await service.state();
	assert.equal(after.buses, before.buses);
	assert.equal(after.faults, []);
	assert.equal(
		hosts.filter((pid) => !service.hosts().some((host) => host.pid === pid)),
		[],
		'a host was restarted',
	);
	assert.is((await service.api('GET', '/api/health')).status, 200);
});

test('a port that is taken is named, with the option to change it', async () => {
	const blocker = createServer();
	await new Promise<void>((resolve) => blocker.listen(0, '127.0.0.1', resolve));
	const { port } = blocker.address() as { port: number };
	const service = TestService.spawn({ httpPort: port });
	try {
		const { code } = await within(service.ended, patienceMs, 'the end of the service');
		assert.is(code, 3);
		assert.match(service.tail(), new RegExp(`port ${port} .*--http`));
		assert.equal(service.hosts(), []);
	} finally {
		service.destroy();
		blocker.close();
	}
});

test('a data folder that cannot be written is named', async () => {
	const file = join(folder(), 'file');
	writeFileSync(file, '');
	const readOnly = folder();
	// Root may write where modes forbid it, but not where nothing can be written.
	const isRoot = process.getuid!() === 0;
	if (isRoot) assert.is(spawnSync('mount', ['-t', 'tmpfs', '-o', 'ro', 'tmpfs', readOnly]).status, 0);
	else chmodSync(readOnly, 0o500);
	try {
		for (const dataDir of [file, join(file, 'below'), '/proc/r58', readOnly]) {
			const service = TestService.spawn({ dataDir });
			const { code } = await within(service.ended, patienceMs, 'the end of the service');
			assert.is(code, 3);
			assert.ok(service.tail().includes(dataDir), service.tail());
			service.destroy();
		}
	} finally {
		if (isRoot) spawnSync('umount', ['-l', readOnly]);
	}
});

test('a GStreamer plugin that is missing is a fault that names the element and the package; the rest runs', async () => {
	// The system's plugins but for x264.
	const { GST_PLUGIN_SYSTEM_PATH_1_0: system = '/usr/lib/x86_64-linux-gnu/gstreamer-1.0' } = process.env;
	const plugins = folder();
	for (const name of readdirSync(system)) if (name !== 'libgstx264.so') symlinkSync(join(system, name), join(plugins, name));
	const service = await TestService.start({
		env: { GST_PLUGIN_SYSTEM_PATH_1_0: plugins, GST_REGISTRY: join(plugins, 'registry.bin') },
	});
	try {
		const { faults } = await service.waitState(
			({ faults }) => faults.some((fault) => fault.subject === 'encoder program'),
			'the fault',
		);
		const fault = faults.find(({ subject }) => subject === 'encoder program')!;
		assert.match(fault.message, /no element "x264enc"/);
		assert.match(fault.remedy ?? '', /gstreamer1\.0-plugins-ugly/);
		assert.is((await service.api('GET', '/api/health')).status, 503);
		await service.waitState(
			({ sources }) => Object.values(sources).every(({ state }) => state === 'live'),
			'the sources to be live',
		);
		const cut = await until(async () => (await service.api('POST', '/api/cut', { scene: 'quad' })).status === 200, {
			what: 'a cut',
		});
		assert.ok(cut);
	} finally {
		await service.stop();
	}
});

test.run();
