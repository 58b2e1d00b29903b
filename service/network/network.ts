import type { PeerNetwork } from '../../pipelines/commands.js';
import type { Connection, ServerCheck } from '../contract/connection.js';
import type { IceServer } from '../contract/iceServer.js';
import type { NetworkStatus, NetworkTest } from '../contract/network.js';
import type { Faults } from '../faults/faults.js';
import type { Settings } from '../settings/settings.js';
import { isLoopbackAddress, type LocalAddress, localAddresses } from '../util/addresses.js';
import type { Tables } from '../util/boundedMap.js';
import { within } from '../util/within.js';
import type { PeerWay } from './peerWay.js';
import { Resolver } from './resolver.js';
import { selfTest } from './selfTest.js';
import { ServerHealth } from './serverHealth.js';
import { Servers } from './servers.js';
import { whyNot } from './trouble.js';

/** What a POST may wait for names and for Cloudflare; what comes later is there for the next one. */
const resolveMs = 400;
const credentialsMs = 1500;
/** An answer waits this long for what servers say: a relay's address is all there is when only relays are allowed. */
const gatherMs = { all: 1000, relay: 2500 };
/** A guest's page is told why within 10 s; the check of a server that answers nothing takes a few. */
const explainMs = 2500;
const freshMs = 15_000;

/** What an answer tells of where this machine is reached. */
export interface AnswerAddresses {
	/** Addresses of this machine, those first that most peers reach. */
	addresses: readonly string[];
	/** More addresses under which the same ports are reached: of a router that forwards them. */
	also: string[];
	/** Keep candidates that wait for TCP connections. */
	tcp: boolean;
}

export interface NetworkOptions {
	settings: Settings;
	faults: Faults;
}

/** How peers reach this machine: what the settings say, what servers and interfaces there are, and whether they work. */
export class Network {
	readonly #servers: Servers;
	readonly #resolver = new Resolver();
	readonly #health: ServerHealth;

	constructor(private readonly o: NetworkOptions) {
		this.#servers = new Servers(() => o.settings.current.network);
		this.#health = new ServerHealth(this.#servers, this.#resolver, o.faults);
		o.settings.on('change', (now, before) => {
			if (now.network !== before.network) void this.#health.restart();
		});
	}

	get settings() {
		return this.o.settings.current.network;
	}

	get tables(): Tables {
		return { 'names of servers': this.#resolver.names };
	}

	start(): void {
		this.#health.start();
	}

	stop(): void {
		this.#health.stop();
	}

	/** For RTCPeerConnection; logins are short-lived, where the server allows it made for this call. */
	iceServers(): Promise<IceServer[]> {
		return this.#servers.forGuests(credentialsMs);
	}

	/** For the next peer of the device. */
	async peer(way: PeerWay): Promise<PeerNetwork> {
		const { policy, ports, tcp } = this.settings;
		const used = (await this.#servers.entries(credentialsMs)).filter(({ skipped }) => skipped === null);
		const found = await Promise.all(
			used.map(async (entry) => ({ ...entry, address: await this.#resolver.resolve(entry.parsed.host, resolveMs) })),
		);
		const usable = found.filter((entry): entry is (typeof found)[number] & { address: string } => entry.address !== null);
		const stun = usable.find(({ parsed }) => parsed.kind === 'stun');
		return {
			// A socket of loopback, and checks from it, are for programs of this machine alone.
			addresses: this.#told().filter((address) => way.from === 'machine' || !isLoopbackAddress(address)),
			...(stun && { stun: { address: stun.address, port: stun.parsed.port } }),
			turn: usable
				.filter(({ parsed }) => parsed.kind === 'turn')
				.map(({ parsed, address, username, credential }) => ({
					address,
					port: parsed.port,
					username: username ?? '',
					password: credential ?? '',
					tcp: parsed.transport === 'tcp',
				})),
			policy,
			minPort: ports.first,
			maxPort: ports.last,
			tcp,
			gatherMs: gatherMs[policy],
		};
	}

	/** What an answer tells beyond what the peer found by itself. */
	answer(): AnswerAddresses {
		const { policy, publicAddress, extraAddresses, tcp } = this.settings;
		const also = policy === 'relay' ? [] : [...(publicAddress === null ? [] : [publicAddress]), ...extraAddresses];
		return { addresses: this.#told(), also, tcp };
	}

	/** Whether an address is one that a TURN server relays for. */
	isRelay(address: string): boolean {
		return this.#health.last.some((check) => check.kind === 'turn' && check.address === address);
	}

	/** Why there is no connection, in words, with what the servers say now. */
	async explain(connection: Connection, reason: string): Promise<{ words: string; servers: ServerCheck[] }> {
		const servers = await within(this.#health.check(freshMs), explainMs, () => this.#health.last);
		return { words: whyNot({ connection, servers, settings: this.settings, reason }), servers };
	}

	status(): NetworkStatus {
		return { addresses: this.#addresses(), servers: this.#health.last };
	}

	async test(): Promise<NetworkTest> {
		const servers = await this.#health.check();
		const { publicUrl } = this.o.settings.current.access;
		return selfTest({
			settings: this.settings,
			addresses: this.#addresses(),
			servers,
			entries: await this.#servers.entries(credentialsMs),
			addressOf: (entry) => this.#health.addressOf(entry),
			publicPage: publicUrl === null ? null : `${publicUrl}/guest_join`,
		});
	}

	/** Addresses that peers are told, those first that most of them reach: of the LAN, public, of VPNs. */
	#told(): string[] {
		const rank = { loopback: 0, lan: 1, public: 2, vpn: 3 };
		const told = this.#addresses().filter(({ used }) => used);
		const { interfaces } = this.settings;
		const chosen = (name: string) => Math.max(0, interfaces.indexOf(name));
		return told
			.sort((a, b) => chosen(a.interface) - chosen(b.interface) || rank[a.kind] - rank[b.kind])
			.map(({ address }) => address);
	}

	/** With whether peers are told them. Loopback always: it costs nothing, and programs of this machine use it. */
	#addresses(): (LocalAddress & { used: boolean })[] {
		const { interfaces } = this.settings;
		const chosen = (name: string) => interfaces.length === 0 || interfaces.includes(name);
		return localAddresses().map((local) => ({
			...local,
			used: local.kind === 'loopback' ? local.address !== '::1' : chosen(local.interface),
		}));
	}
}
