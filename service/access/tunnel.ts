import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { type Remedy, remedyText } from '../contract/remedies.js';
import type { Faults } from '../faults/faults.js';
import type { TunnelSettings } from '../settings/access.js';
import type { KeyFiles } from '../store/keyFiles.js';
import { backoffMs } from '../util/backoff.js';
import { messageOf, StudioError } from '../util/errors.js';
import type { Log } from '../util/log.js';

export type TunnelState = 'off' | 'connecting' | 'up' | 'waiting';

const keyName = 'tunnel-ssh.key';
const knownHosts = 'tunnel-known-hosts';
/** The server's key is looked up under this name, whatever its address. */
const alias = 'r58-tunnel';
const retry = { firstMs: 1000, capMs: 60_000 };
/** After a connection of this length the next wait is short again. */
const goodMs = 60_000;
/** From the start of ssh until the server listens. */
const upWithinMs = 30_000;
/** After three unanswered ones the connection counts as lost. */
const aliveIntervalS = 5;

const sshPackage = 'openssh-client';

/** What ssh reports, and what a technician can do about it. */
const remedies: { when: RegExp; remedy: Remedy }[] = [
	{
		when: /host key verification failed|host identification has changed|no .* host key is known/i,
		remedy: { code: 'ssh-host-key' },
	},
	{ when: /permission denied/i, remedy: { code: 'ssh-permission' } },
	{
		when: /remote port forwarding failed|forwarding .*(denied|disabled|prohibited)/i,
		remedy: { code: 'ssh-forwarding' },
	},
	{ when: /could not resolve/i, remedy: { code: 'ssh-name' } },
	{ when: /refused|timed out|no route|unreachable/i, remedy: { code: 'ssh-unreachable' } },
	{ when: /ssh-keygen is missing|ENOENT/, remedy: { code: 'install-package', of: sshPackage } },
];

/**
 * An outbound tunnel (`ssh -R`): a server outside listens and forwards to a loopback port of this machine. Reconnects with
 * capped backoff; talks only to the server with the pinned key.
 */
export class Tunnel {
	#settings: TunnelSettings | null = null;
	#localPort = 0;
	#child: ChildProcess | null = null;
	#retry: NodeJS.Timeout | undefined;
	#failures = 0;
	#state: TunnelState = 'off';
	#lastError: string | null = null;

	constructor(
		private readonly files: KeyFiles,
		private readonly faults: Pick<Faults, 'raise' | 'clear'>,
		private readonly log: Log,
		private readonly onState: (state: TunnelState) => void,
	) {}

	get state(): TunnelState {
		return this.#state;
	}

	get lastError(): string | null {
		return this.#lastError;
	}

	/** Null stops it. Changed settings restart it. */
	set(settings: TunnelSettings | null, localPort: number): void {
		if (JSON.stringify([settings, localPort]) === JSON.stringify([this.#settings, this.#localPort])) return;
		this.#settings = settings;
		this.#localPort = localPort;
		this.#failures = 0;
		this.#end();
		this.#settle(settings ? 'connecting' : 'off', null);
		if (settings) void this.#run(settings);
	}

	stop(): void {
		this.set(null, 0);
	}

	/** This machine's public key, for the server's authorized_keys; made on first use. Throws `conflict` without ssh-keygen. */
	async publicKey(): Promise<string> {
		const path = join(this.files.dir, keyName);
		if (this.files.readFile(keyName) === null) {
			this.files.ensureFolder();
			await sshKeygen(['-q', '-t', 'ed25519', '-N', '', '-C', 'r58-studio', '-f', path]);
		}
		return (await sshKeygen(['-y', '-f', path])).trim();
	}

	async #run(settings: TunnelSettings): Promise<void> {
		try {
			await this.publicKey();
			if (settings !== this.#settings) return;
			this.files.writeFile(knownHosts, `${alias} ${settings.hostKey}`, 0o600);
			this.#spawn(settings);
		} catch (error) {
			if (settings === this.#settings) this.#again(settings, messageOf(error));
		}
	}

	#spawn(settings: TunnelSettings): void {
		// setpriv: the kernel ends it when the service dies.
		const child = spawn('setpriv', ['--pdeathsig', 'KILL', 'ssh', ...this.#arguments(settings)], {
			stdio: ['ignore', 'ignore', 'pipe'],
		});
		this.#child = child;
		const startedAt = performance.now();
		let reason = 'ssh ended without a message';
		const late = setTimeout(() => {
			reason = `the server did not start listening within ${upWithinMs / 1000} s`;
			child.kill('SIGKILL');
		}, upWithinMs);
		createInterface({ input: child.stderr! }).on('line', (line) => {
			if (/^debug1: remote forward success/.test(line)) {
				clearTimeout(late);
				if (this.#child === child) this.#settle('up', null);
			} else if (!line.startsWith('debug') && tells(line)) reason = line.trim();
		});
		const ended = (error?: Error): void => {
			clearTimeout(late);
			if (this.#child !== child) return;
			this.#child = null;
			if (performance.now() - startedAt > goodMs) this.#failures = 0;
			this.#again(settings, error ? messageOf(error) : reason);
		};
		child.on('error', ended);
		child.on('close', () => ended());
	}

	#arguments({ host, port, user, remotePort }: TunnelSettings): string[] {
		const options = {
			BatchMode: 'yes',
			StrictHostKeyChecking: 'yes',
			HostKeyAlias: alias,
			CheckHostIP: 'no',
			UserKnownHostsFile: join(this.files.dir, knownHosts),
			GlobalKnownHostsFile: '/dev/null',
			UpdateHostKeys: 'no',
			IdentityFile: join(this.files.dir, keyName),
			IdentitiesOnly: 'yes',
			IdentityAgent: 'none',
			PreferredAuthentications: 'publickey',
			ExitOnForwardFailure: 'yes',
			ServerAliveInterval: String(aliveIntervalS),
			ServerAliveCountMax: '3',
			ConnectTimeout: '10',
			ControlPath: 'none',
		};
		const flags = Object.entries(options).flatMap(([name, value]) => ['-o', `${name}=${value}`]);
		const forward = `127.0.0.1:${remotePort}:127.0.0.1:${this.#localPort}`;
		// Only -v reports when the server listens.
		return ['-F', 'none', '-N', '-T', '-v', ...flags, '-R', forward, '-p', String(port), '-l', user, '--', host];
	}

	#again(settings: TunnelSettings, reason: string): void {
		this.#settle('waiting', reason);
		const again = () => {
			this.#settle('connecting', reason);
			void this.#run(settings);
		};
		this.#retry = setTimeout(again, backoffMs(++this.#failures, retry)).unref();
	}

	#settle(state: TunnelState, error: string | null): void {
		if (state !== this.#state) {
			this.#state = state;
			this.log.info({ state }, 'tunnel');
			this.onState(state);
		}
		this.#lastError = error;
		if (state === 'up' || state === 'off') this.faults.clear('tunnel', 'access');
		else if (state === 'waiting' && error !== null) {
			const remedy = remedies.find(({ when }) => when.test(error))?.remedy ?? null;
			this.faults.raise({ code: 'tunnel', subject: 'access', params: { error, remedy } });
		}
	}

	#end(): void {
		clearTimeout(this.#retry);
		const child = this.#child;
		this.#child = null;
		child?.kill('SIGKILL');
	}
}

async function sshKeygen(words: string[]): Promise<string> {
	try {
		return (await promisify(execFile)('ssh-keygen', words, { timeout: 10_000 })).stdout;
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
		throw new StudioError('conflict', `ssh-keygen is missing: ${remedyText({ code: 'install-package', of: sshPackage })}`);
	}
}

/** Filters out what ssh prints besides the reason. */
function tells(line: string): boolean {
	return line.trim() !== '' && !/^(OpenSSH_|Warning: |Authenticated to|Transferred:|Bytes per second|@)/.test(line);
}
