/** Pebble (Debian), an ACME authority for tests; for it all names lead to this machine. */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { get } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeAuthority, makeServerCertificate } from '../../../service/access/authority.js';
import { needed } from '../packages.js';
import { until } from '../wait.js';
import { startNameServer } from './nameServer.js';
import { freeTcpPorts } from './ports.js';

export interface Pebble {
	directoryUrl: string;
	/** Who vouches for its own HTTPS. */
	ca: string;
	/** The root of what it signs. */
	root(): Promise<string>;
	stop(): void;
}

/** `httpPort`: where it reads the answers to http-01 challenges. */
export async function startPebble({ httpPort }: { httpPort: number }): Promise<Pebble> {
	const dir = mkdtempSync(join(tmpdir(), 'r58-pebble-'));
	const authority = await makeAuthority(['localhost'], new Date());
	const { certPem, keyPem } = await makeServerCertificate(authority, ['localhost', '127.0.0.1'], new Date());
	const names = await startNameServer();
	const [listen, management] = (await freeTcpPorts(2)) as [number, number];
	const path = (name: string) => join(dir, name);
	writeFileSync(path('cert.pem'), certPem);
	writeFileSync(path('key.pem'), keyPem);
	const pebble = {
		listenAddress: `127.0.0.1:${listen}`,
		managementListenAddress: `127.0.0.1:${management}`,
		certificate: path('cert.pem'),
		privateKey: path('key.pem'),
		httpPort,
		tlsPort: 1,
		ocspResponderURL: '',
		externalAccountBindingRequired: false,
	};
	writeFileSync(path('config.json'), JSON.stringify({ pebble }));
	const output: string[] = [];
	const args = ['--pdeathsig', 'KILL', needed('pebble'), '-config', path('config.json'), '-dnsserver', `127.0.0.1:${names.port}`];
	const child = spawn('setpriv', args, { env: { ...process.env, PEBBLE_VA_NOSLEEP: '1' } });
	for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => output.push(String(text)));
	const read = (url: string) =>
		new Promise<string>((resolve, reject) => {
			get(url, { ca: authority.certPem, agent: false }, (response) => {
				let text = '';
				response.on('data', (chunk) => {
					text += String(chunk);
				});
				response.on('end', () => resolve(text));
			}).on('error', reject);
		});
	const stop = () => {
		child.kill('SIGKILL');
		names.stop();
		rmSync(dir, { recursive: true, force: true });
	};
	const directoryUrl = `https://localhost:${listen}/dir`;
	try {
		await until(() => read(directoryUrl), { what: 'pebble to answer' });
	} catch (error) {
		stop();
		throw new Error(`${(error as Error).message}\n${output.join('')}`);
	}
	return { directoryUrl, ca: authority.certPem, root: () => read(`https://localhost:${management}/roots/0`), stop };
}
