/** A real sshd on loopback, as a process of whoever runs the tests. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { needed } from '../packages.js';
import { until } from '../wait.js';
import { freeTcpPorts } from './ports.js';

export class TestSshd {
	readonly user = userInfo().username;
	readonly output: string[] = [];
	#child: ChildProcess | null = null;

	private constructor(
		private readonly dir: string,
		readonly port: number,
	) {}

	/** Not started yet, and nobody may log in. */
	static async make(): Promise<TestSshd> {
		const [port] = (await freeTcpPorts(1)) as [number];
		const sshd = new TestSshd(mkdtempSync(join(tmpdir(), 'r58-sshd-')), port);
		const path = (name: string) => join(sshd.dir, name);
		execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', path('host')]);
		writeFileSync(path('authorized'), '', { mode: 0o600 });
		const lines = [
			`Port ${port}`,
			'ListenAddress 127.0.0.1',
			`HostKey ${path('host')}`,
			`AuthorizedKeysFile ${path('authorized')}`,
			'PidFile none',
			'StrictModes no',
			'UsePAM no',
			'PasswordAuthentication no',
			'PermitRootLogin prohibit-password',
		];
		writeFileSync(path('config'), `${lines.join('\n')}\n`);
		// Where sshd as root leaves its rights behind; its package makes it when its service starts.
		if (process.getuid!() === 0) mkdirSync('/run/sshd', { recursive: true, mode: 0o755 });
		return sshd;
	}

	get hostKey(): string {
		return readFileSync(join(this.dir, 'host.pub'), 'utf8').trim().split(' ').slice(0, 2).join(' ');
	}

	authorize(publicKey: string): void {
		writeFileSync(join(this.dir, 'authorized'), `${publicKey}\n`, { mode: 0o600 });
	}

	async start(): Promise<void> {
		const child = spawn(
			'setpriv',
			['--pdeathsig', 'KILL', needed('/usr/sbin/sshd'), '-D', '-e', '-f', join(this.dir, 'config')],
			{
				stdio: ['ignore', 'ignore', 'pipe'],
				detached: true,
			},
		);
		child.stderr.on('data', (text) => this.output.push(String(text)));
		this.#child = child;
		await until(() => this.output.join('').includes('Server listening'), { what: 'sshd to listen' });
	}

	/** Ends it with its connections, as a server that is switched off. */
	kill(): void {
		const pid = this.#child?.pid;
		this.#child = null;
		this.output.length = 0;
		if (pid === undefined) return;
		// Its sessions are in groups of their own.
		const children = childrenOf(pid);
		for (const child of [pid, ...children]) kill(child);
	}

	close(): void {
		this.kill();
		rmSync(this.dir, { recursive: true, force: true });
	}
}

/** Without ps: children of the kernel's list, and theirs. */
function childrenOf(pid: number): number[] {
	try {
		const direct = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').map(Number).filter(Boolean);
		return direct.flatMap((child) => [child, ...childrenOf(child)]);
	} catch {
		return [];
	}
}

function kill(pid: number): void {
	try {
		process.kill(pid, 'SIGKILL');
	} catch {
		// It has ended by itself.
	}
}
