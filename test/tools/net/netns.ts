/**
 * A network in network namespaces: the studio behind a router, a guest outside of it, and the router with coturn. Nothing passes
 * the router but what a rule lets pass.
 *
 *     studio 10.71.1.2 ── 10.71.1.1 router 203.0.113.1 ── 203.0.113.2 guest
 *                              198.51.100.1 (coturn)
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { needed } from '../packages.js';
import { until } from '../wait.js';

export type Place = 'studio' | 'router' | 'guest';
export const studioAddress = '10.71.1.2';
export const routerOutside = '203.0.113.1';
export const turnAddress = '198.51.100.1';
export const turnPorts = { plain: 3478, tls: 5349 };

/** What the router lets pass. */
export interface Rules {
	/** False: the guest's browser does not even reach the studio's pages. */
	pages?: boolean;
	forward?: string[];
	input?: string[];
	nat?: string;
}

export interface BadLine {
	/** Of all UDP packets, each way. */
	lossPct: number;
	/** The others are late by 0 to this, evenly spread. */
	jitterMs: number;
	/** Whether a late packet holds up those behind it. Default shuffled. */
	order?: 'ordered' | 'shuffled';
	seed?: number;
}

/** Lets the guest's browser reach the studio's pages, and nothing else through. */
const table = (extra: Rules) => `
flush ruleset
table ip filter {
	chain forward {
		type filter hook forward priority 0; policy drop;
		ct state established,related accept
		${extra.pages === false ? '' : `ip daddr ${studioAddress} tcp dport 1024-65535 accept`}
		${(extra.forward ?? []).join('\n\t\t')}
	}
	chain input {
		type filter hook input priority 0; policy accept;
		${(extra.input ?? []).join('\n\t\t')}
	}
}
${extra.nat ?? ''}
`;

/** A router that forwards a range of UDP ports to the studio one to one, and hides it from the outside. */
export function forwarding(first: number, last: number): { forward: string[]; nat: string } {
	const rule = `ip daddr ${routerOutside} udp dport ${first}-${last} dnat to ${studioAddress}`;
	return {
		forward: [`ip daddr ${studioAddress} udp dport ${first}-${last} ct status dnat accept`],
		nat: `table ip nat {
	chain prerouting { type nat hook prerouting priority -100; ${rule}; }
	chain output { type nat hook output priority -100; ${rule}; }
	chain postrouting { type nat hook postrouting priority 100; ip saddr ${studioAddress} oifname "out" snat to ${routerOutside}; }
}`,
	};
}

const live = new Set<TestNetwork>();
process.on('exit', () => {
	for (const network of live) network.close();
});

export class TestNetwork {
	readonly folder = mkdtempSync(join(tmpdir(), 'r58-net-'));
	readonly #prefix = `r58-${process.pid}`;
	readonly #children = new Set<ChildProcess>();
	#turn: ChildProcess | null = null;

	constructor() {
		live.add(this);
		try {
			removeLeftOvers();
			run('ip', 'netns', 'add', this.name('router'));
		} catch (error) {
			live.delete(this);
			const why = (error as Error).message.split('\n').slice(0, 2).join(' ');
			throw new Error(
				`these tests need network namespaces, which take root (CAP_NET_ADMIN, CAP_SYS_ADMIN) on this machine: ${why}`,
			);
		}
		for (const place of ['studio', 'guest'] as const) run('ip', 'netns', 'add', this.name(place));
		this.#link('studio', `${studioAddress}/24`, 'in', '10.71.1.1/24');
		this.#link('guest', '203.0.113.2/24', 'out', `${routerOutside}/24`);
		this.ip('router', 'address', 'add', `${turnAddress}/32`, 'dev', 'lo');
		// As on a real line, what is addressed to nowhere is lost without a word: coturn closes a relay whose send fails.
		this.ip('router', 'route', 'add', 'default', 'via', '203.0.113.2');
		run('ip', 'netns', 'exec', this.name('router'), 'sysctl', '-qw', 'net.ipv4.ip_forward=1');
		this.rules();
		this.#control();
		for (const place of ['studio', 'guest'] as const) this.#awaitLink(place);
	}

	/** Programs see the addresses of links that run, and the kernel takes up to a second until it says that of a new one. */
	#awaitLink(place: Place): void {
		const deadline = performance.now() + 5_000;
		const links = () => execFileSync('ip', ['-n', this.name(place), '-br', 'link'], { encoding: 'utf8' });
		while (/ DOWN /.test(links())) {
			if (performance.now() > deadline) throw new Error(`the link of ${this.name(place)} does not come up: ${links()}`);
			Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20);
		}
	}

	name(place: Place): string {
		return `${this.#prefix}-${place}`;
	}

	/** The words in front of a command that is to run there. */
	inside(place: Place): string[] {
		return ['ip', 'netns', 'exec', this.name(place)];
	}

	ip(place: Place, ...words: string[]): void {
		run('ip', '-n', this.name(place), ...words);
	}

	/** What the router lets pass from now on, beside the pages. */
	rules(extra: Rules = {}): void {
		execFileSync('ip', ['netns', 'exec', this.name('router'), 'nft', '-f', '-'], { input: table(extra) });
	}

	/** A program that starts another one there, for who takes only the path of a program. */
	wrapper(place: Place, program: string): string {
		const path = join(this.folder, `${place}-wrapper`);
		writeFileSync(path, `#!/bin/sh\nexec ${this.inside(place).join(' ')} ${program} "$@"\n`);
		chmodSync(path, 0o755);
		return path;
	}

	/** coturn on the router; resolves when it listens. `certificate` makes it take TLS too. */
	async startTurn({ secret, certificate }: { secret: string; certificate?: { cert: string; key: string } }): Promise<void> {
		const tls = certificate ? ['--cert', certificate.cert, '--pkey', certificate.key] : ['--no-tls'];
		const [, ...words] = this.inside('router');
		const options = ['-n', '-L', turnAddress, '-E', turnAddress, '-r', 'r58.test', '--use-auth-secret'];
		options.push(`--static-auth-secret=${secret}`, '--no-cli', '--no-dtls', '--no-stdout-log', '--log-file', '/dev/null');
		options.push('--pidfile', join(this.folder, 'turn.pid'), '--userdb', join(this.folder, 'turn.db'), ...tls);
		this.#turn = spawn('ip', [...words, needed('turnserver'), ...options], { stdio: 'ignore', cwd: this.folder });
		this.#children.add(this.#turn);
		const listening = () => this.#output('router', 'ss', '-Hlnt').includes(`${turnAddress}:${turnPorts.plain}`);
		await until(listening, { what: 'coturn to listen', everyMs: 100 });
	}

	/**
	 * From now on the line between guest and studio loses UDP packets and delivers the others late (test/tools/net/badLine.py), both
	 * ways. Everything else passes as before.
	 */
	async impair({ lossPct, jitterMs, order = 'shuffled', seed = 1 }: BadLine): Promise<void> {
		const program = fileURLToPath(new URL('../../../../test/tools/net/badLine.py', import.meta.url));
		const words = [lossPct, jitterMs, order, seed].map(String);
		const output = this.start('router', 'python3', program, 'bad', ...words);
		await until(() => output.join('').includes('ready'), { what: 'the bad line', everyMs: 50 }).catch((error: Error) => {
			throw new Error(`${error.message}\n${output.join('')}`);
		});
		this.ip('router', 'link', 'set', 'bad', 'up');
		this.ip('router', 'route', 'add', 'default', 'dev', 'bad', 'table', '71');
		// What comes out of it is routed as usual, though its sender is elsewhere.
		for (const device of ['all', 'bad'])
			run('ip', 'netns', 'exec', this.name('router'), 'sysctl', '-qw', `net.ipv4.conf.${device}.rp_filter=0`);
		for (const device of ['in', 'out']) this.ip('router', 'rule', 'add', 'iif', device, 'ipproto', 'udp', 'lookup', '71');
	}

	/** Any other program there; ends with the network. Its output is kept. */
	start(place: Place, ...words: string[]): string[] {
		const output: string[] = [];
		const child = spawn('ip', [...this.inside(place).slice(1), ...words], {
			stdio: ['ignore', 'pipe', 'pipe'],
			cwd: this.folder,
		});
		for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => output.push(String(text)));
		this.#children.add(child);
		return output;
	}

	/** A program in the network of this process, which the studio has as one of the house. */
	startHere(...words: string[]): string[] {
		const [program = ''] = words;
		const output: string[] = [];
		const child = spawn(program, words.slice(1), { stdio: ['ignore', 'pipe', 'pipe'] });
		for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => output.push(String(text)));
		this.#children.add(child);
		return output;
	}

	/** Waits until a program there listens on TCP `address:port`. */
	async listening(place: Place, where: string, output: string[]): Promise<void> {
		const listens = () => this.#output(place, 'ss', '-Hlnt').includes(where);
		await until(listens, { what: `${where} to be listened on`, everyMs: 100 }).catch((error: Error) => {
			throw new Error(`${error.message}\n${output.join('')}`);
		});
	}

	stopTurn(): void {
		this.#turn?.kill('SIGKILL');
		this.#turn = null;
	}

	/** A port of the studio's own loopback as seen from this process; resolves with the address. */
	async reach(port: number): Promise<string> {
		const program = fileURLToPath(new URL('./forward.js', import.meta.url));
		const [, ...words] = this.inside('studio');
		const options = [...words, process.execPath, program, this.controlAddress, '8000', '127.0.0.1', String(port)];
		const child = spawn('ip', options, { stdio: ['ignore', 'pipe', 'inherit'] });
		this.#children.add(child);
		await new Promise((resolve) => createInterface({ input: child.stdout }).once('line', resolve));
		return `http://${this.controlAddress}:8000`;
	}

	close(): void {
		live.delete(this);
		for (const child of this.#children) child.kill('SIGKILL');
		for (const place of ['studio', 'guest', 'router'] as const) {
			try {
				run('ip', 'netns', 'del', this.name(place));
			} catch {
				// It was not made.
			}
		}
		rmSync(this.folder, { recursive: true, force: true });
	}

	/** Of the link between this process and the studio, which is no part of the network under test: another for each process. */
	get controlAddress(): string {
		return this.#controlled(2);
	}

	#controlled(host: 1 | 2): string {
		const block = process.pid % 16_384;
		return `10.72.${block >> 6}.${(block & 63) * 4 + host}`;
	}

	#control(): void {
		const outer = `r58c${process.pid}`;
		run('ip', 'link', 'add', outer, 'type', 'veth', 'peer', 'name', 'control', 'netns', this.name('studio'));
		run('ip', 'address', 'add', `${this.#controlled(1)}/30`, 'dev', outer);
		run('ip', 'link', 'set', outer, 'up');
		this.ip('studio', 'address', 'add', `${this.controlAddress}/30`, 'dev', 'control');
		this.ip('studio', 'link', 'set', 'control', 'up');
	}

	#link(place: Place, address: string, device: string, gateway: string): void {
		const router = this.name('router');
		run('ip', '-n', router, 'link', 'add', device, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', this.name(place));
		this.ip('router', 'address', 'add', gateway, 'dev', device);
		this.ip('router', 'link', 'set', device, 'up');
		this.ip('router', 'link', 'set', 'lo', 'up');
		this.ip(place, 'address', 'add', address, 'dev', 'eth0');
		this.ip(place, 'link', 'set', 'eth0', 'up');
		this.ip(place, 'link', 'set', 'lo', 'up');
		this.ip(place, 'route', 'add', 'default', 'via', gateway.split('/')[0]!);
	}

	#output(place: Place, ...words: string[]): string {
		return execFileSync('ip', ['netns', 'exec', this.name(place), ...words], { encoding: 'utf8' });
	}
}

/** Of test processes that were killed. */
function removeLeftOvers(): void {
	const names = execFileSync('ip', ['netns', 'list'], { encoding: 'utf8' }).matchAll(/^r58-(\d+)-\w+/gm);
	for (const [name, pid] of names) if (!existsSync(`/proc/${pid}`)) run('ip', 'netns', 'del', name);
}

function run(program: string, ...words: string[]): void {
	execFileSync(program, words, { stdio: ['ignore', 'ignore', 'pipe'] });
}
