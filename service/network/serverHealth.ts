import type { ServerCheck } from '../contract/connection.js';
import type { Faults } from '../faults/faults.js';
import type { Resolver } from './resolver.js';
import { type CheckResult, checkStun, checkTurn } from './serverCheck.js';
import type { ServerEntry, Servers } from './servers.js';
import type { ServerAddress } from './transport.js';

/** Interval while every server works, and while one does not. */
const everyMs = 300_000;
const faultyMs = 30_000;
const resolveMs = 2000;
const credentialsMs = 3000;

/** Whether the STUN and TURN servers work as seen from this machine: checked regularly, and when somebody cannot connect. */
export class ServerHealth {
	#last: ServerCheck[] = [];
	#checkedAt = Number.NEGATIVE_INFINITY;
	#checking: Promise<ServerCheck[]> | null = null;
	#timer: NodeJS.Timeout | undefined;
	#faulty = new Set<string>();
	#running = false;

	constructor(
		private readonly servers: Servers,
		private readonly resolver: Resolver,
		private readonly faults: Faults,
	) {}

	start(): void {
		this.#running = true;
		void this.check();
	}

	stop(): void {
		this.#running = false;
		clearTimeout(this.#timer);
	}

	/** Results of the last check. */
	get last(): ServerCheck[] {
		return this.#last;
	}

	/** Checks every server, unless a check is running or newer than `maxAgeMs`. Takes at most about 6 s; never rejects. */
	check(maxAgeMs = 0): Promise<ServerCheck[]> {
		if (performance.now() - this.#checkedAt < maxAgeMs) return Promise.resolve(this.#last);
		this.#checking ??= this.#check().finally(() => {
			this.#checking = null;
		});
		return this.#checking;
	}

	/** The servers changed: drops earlier results and running checks. */
	async restart(): Promise<void> {
		this.#checkedAt = Number.NEGATIVE_INFINITY;
		await this.#checking;
		await this.check();
	}

	async #check(): Promise<ServerCheck[]> {
		clearTimeout(this.#timer);
		const entries = await this.servers.entries(credentialsMs);
		this.#last = await Promise.all(entries.map((entry) => this.#ask(entry)));
		this.#checkedAt = performance.now();
		this.#tell();
		const next = this.#faulty.size > 0 ? faultyMs : everyMs;
		if (this.#running) this.#timer = setTimeout(() => void this.check(), next).unref();
		return this.#last;
	}

	async #ask(entry: ServerEntry): Promise<ServerCheck> {
		const { name, url, parsed, skipped } = entry;
		const address = await this.addressOf(entry);
		const result = address === null ? unknownName(parsed.host) : await askServer(entry, address);
		return {
			name,
			url,
			kind: parsed.kind,
			transport: parsed.transport,
			state: result.ok ? 'ok' : 'failed',
			message: result.message,
			unused: skipped,
			address: result.address?.address ?? null,
			rttMs: result.rttMs,
			checkedAt: new Date().toISOString(),
		};
	}

	/** Null when the name does not resolve. */
	async addressOf({ parsed: { host, port, transport } }: ServerEntry): Promise<ServerAddress | null> {
		const address = await this.resolver.resolve(host, resolveMs);
		return address === null ? null : { address, port, transport, host };
	}

	#tell(): void {
		const broken = new Map(this.#last.filter(({ state }) => state === 'failed').map((check) => [check.url, check]));
		const faulty = new Set(broken.keys());
		for (const { name, url, kind, message } of broken.values()) {
			this.faults.raise({ code: 'ice-server', subject: url, params: { kind, name, error: message } });
		}
		const error = this.servers.cloudflareError;
		if (error !== null) {
			faulty.add('Cloudflare');
			this.faults.raise({ code: 'ice-server', subject: 'Cloudflare', params: { kind: 'cloudflare', error } });
		}
		for (const subject of this.#faulty) if (!faulty.has(subject)) this.faults.clear('ice-server', subject);
		this.#faulty = faulty;
	}
}

function askServer({ parsed, username, credential }: ServerEntry, address: ServerAddress): Promise<CheckResult> {
	if (parsed.kind === 'stun') return checkStun(address);
	return checkTurn(address, { username: username ?? '', password: credential ?? '' });
}

function unknownName(host: string): CheckResult {
	return { ok: false, message: `the name ${host} does not resolve; check the DNS server`, address: null, rttMs: null };
}
