import { statSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import * as assert from 'uvu/assert';
import { type ApiServer, startApiServer } from '../tools/apiServer.js';
import { freeTcpPorts } from '../tools/net/ports.js';
import { TestSshd } from '../tools/net/sshd.js';
import { test } from '../tools/suite.js';
import { until } from '../tools/wait.js';

let server: ApiServer;
let sshd: TestSshd;
let remotePort: number;
test.before(async () => {
	server = await startApiServer();
	sshd = await TestSshd.make();
	[remotePort] = (await freeTcpPorts(1)) as [number];
});
test.after(async () => {
	await server.stop();
	sshd.close();
});

interface TunnelInfo {
	state: string;
	lastError: string | null;
	publicKey: string;
}
const info = async () =>
	(await (await server.ask('GET', '/api/tunnel', { token: server.tokens.technician })).json()) as TunnelInfo;
const untilState = (state: string) =>
	until(async () => (await info()).state === state, { what: `the tunnel to be ${state}` }).catch((error: Error) => {
		throw new Error(`${error.message}\n${JSON.stringify(server.show.faultList)}\n${sshd.output.join('')}`);
	});
const fault = () => server.show.faultList.find(({ code }) => code === 'tunnel');
const switchOn = (hostKey: string) =>
	server.settings.patch({
		access: {
			publicUrl: 'https://studio.example.org',
			tunnel: { enabled: true, host: '127.0.0.1', port: sshd.port, user: sshd.user, hostKey, remotePort },
		},
	});

/** Status of a request to the far end of the tunnel. */
function outside(path: string, headers: Record<string, string> = {}): Promise<number> {
	return new Promise((resolve, reject) => {
		const outgoing = request(`http://127.0.0.1:${remotePort}${path}`, { headers, agent: false }, (response) => {
			response.resume().on('end', () => resolve(response.statusCode!));
		});
		outgoing.on('error', reject);
		outgoing.end();
	});
}

test('without the program for it, the package that has it is named', async () => {
	const { PATH } = process.env;
	try {
		process.env.PATH = server.dir;
		const answer = await server.ask('GET', '/api/tunnel', { token: server.tokens.technician });
		assert.is(answer.status, 409);
		assert.match(await answer.text(), /ssh-keygen is missing.*Debian package openssh-client/);
	} finally {
		process.env.PATH = PATH;
	}
});

test('it is off unless set, and its key is kept from others', async () => {
	const { state, publicKey } = await info();
	assert.is(state, 'off');
	assert.match(publicKey, /^ssh-ed25519 [A-Za-z0-9+/=]+/);
	assert.is((await info()).publicKey, publicKey);
	assert.is(statSync(join(server.dir, 'tls', 'tunnel-ssh.key')).mode & 0o777, 0o600);
});

test('a server that cannot be reached is a fault with a remedy', async () => {
	switchOn(sshd.hostKey);
	await untilState('waiting');
	assert.match(fault()!.message, /refused/i);
	assert.match(fault()!.remedy!, /address and port/);
	await until(() => server.show.state.current.system.tunnel === 'waiting', { what: 'the panel to be told' });
});

test('a server with another key is not talked to', async () => {
	await sshd.start();
	const stranger = await TestSshd.make();
	switchOn(stranger.hostKey);
	stranger.close();
	await until(() => /host key/i.test(fault()?.message ?? ''), { what: 'the fault' });
	assert.match(fault()!.remedy!, /hostKey/);
	assert.not.match(sshd.output.join(''), /Accepted|Failed publickey/);
});

test('a server that does not let us in says which key it needs', async () => {
	switchOn(sshd.hostKey);
	await until(() => /permission denied/i.test(fault()?.message ?? ''), { what: 'the fault' });
	assert.match(fault()!.remedy!, /authorized_keys/);
});

test('let in, it comes up by itself; what comes through it is outside, whatever it claims', async () => {
	sshd.authorize((await info()).publicKey);
	await untilState('up');
	assert.is(fault(), undefined);
	assert.is(await outside('/guest_join'), 200);
	const claims: Record<string, string>[] = [{}, { host: 'localhost' }, { host: '127.0.0.1', 'x-forwarded-for': '127.0.0.1' }];
	for (const headers of claims) {
		assert.is(await outside('/switcher', headers), 404);
		assert.is(await outside('/api/health', headers), 404);
		assert.is(await outside('/api/state', { ...headers, authorization: `Bearer ${server.tokens.technician}` }), 404);
	}
	assert.is(await outside('/api/session', { authorization: `Bearer ${server.tokens.guest}` }), 200);
});

test('a lost server is a fault, and the tunnel comes back with it', async () => {
	sshd.kill();
	await until(fault, { what: 'the fault' });
	await sshd.start();
	await untilState('up');
	assert.is(fault(), undefined);
	assert.is(await outside('/guest_join'), 200);
});

test('switched off, it is gone', async () => {
	server.settings.patch({ access: { tunnel: null } });
	await untilState('off');
	const refused = await until(
		() =>
			outside('/guest_join').then(
				() => null,
				(error: NodeJS.ErrnoException) => error.code,
			),
		{
			what: 'the far end to close',
		},
	);
	assert.is(refused, 'ECONNREFUSED');
});

test.run();
