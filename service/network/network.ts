import type { PeerNetwork } from '../../pipelines/commands.js';
import type { Connection, ServerCheck } from '../contract/connection.js';
import type { IceServer } from '../contract/iceServer.js';
import type { NetworkStatus, NetworkTest } from '../contract/network.js';
import type { Faults } from '../faults/faults.js';
import type { Settings } from '../settings/settings.js';
import { isLoopbackAddress, type LocalAddress, localAddresses } from '../util/addresses.js';
import type { Tables } from '../util/boundedMap.js';
import { within } from '../util/within.js';
import { diagnose } from './diagnosis.js';
import type { PeerWay } from './peerWay.js';
import { Resolver } from './resolver.js';
import { selfTest } from './selfTest.js';
import { ServerHealth } from './serverHealth.js';
import { Servers } from './servers.js';

/** What a POST waits for names and Cloudflare; later results are used for the next one. */
const resolveMs = 400;
const credentialsMs = 1500;
/** An answer waits this long for the servers: in relay-only mode a relay's address is all there is. */
const gatherMs = { all: 1000, relay: 2500 };
/** A guest gets a diagnosis within 10 s; checking a server that does not answer takes a few. */
const diagnoseMs = 2500;
const freshMs = 15_000;

/** What an answer tells the peer about this machine. */
export interface AnswerAddresses {
	/** Addresses of this machine, in order of reach. */
	addresses: readonly string[];
	/** Further addresses for the same ports, such as a router that forwards them. */
	also: string[];
	/** Whether TCP candidates stay in. */
	tcp: boolean;
}

export interface NetworkOptions {
	settings: Settings;
	faults: Faults;
}

/** How peers reach this machine: settings, servers, interfaces, and whether they work. */
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

	/** For RTCPeerConnection; temporary logins are made per call where the server supports it. */
	iceServers(): Promise<IceServer[]> {
		return this.#servers.forGuests(credentialsMs);
	}

	/** For the device's next peer. */
	async peer(way: PeerWay): Promise<PeerNetwork> {
		const { policy, ports, tcp } = this.settings;
		const used = (await this.#servers.entries(credentialsMs)).filter(({ skipped }) => skipped === null);
		const found = await Promise.all(
			used.map(async (entry) => ({ ...entry, address: await this.#resolver.resolve(entry.parsed.host, resolveMs) })),
		);
		const usable = found.filter((entry): entry is (typeof found)[number] & { address: string } => entry.address !== null);
		const stun = usable.find(({ parsed }) => parsed.kind === 'stun');
		return {
			// Loopback sockets and checks are only for programs on this machine.
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

	/** What the answer adds to what the peer finds by itself. */
	answer(): AnswerAddresses {
		const { policy, publicAddress, extraAddresses, tcp } = this.settings;
		const also = policy === 'relay' ? [] : [...(publicAddress === null ? [] : [publicAddress]), ...extraAddresses];
		return { addresses: this.#told(), also, tcp };
	}

	/** Whether a TURN server relays for this address. */
	isRelay(address: string): boolean {
		return this.#health.last.some((check) => check.kind === 'turn' && check.address === address);
	}

	/** Why there is no connection, with the current state of the servers. */
	async diagnose(connection: Connection, reason: string): Promise<{ diagnosis: string; servers: ServerCheck[] }> {
		const servers = await within(this.#health.check(freshMs), diagnoseMs, () => this.#health.last);
		return { diagnosis: diagnose({ connection, servers, settings: this.settings, reason }), servers };
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

	/** Addresses told to peers, in order of reach: LAN, public, VPN. */
	#told(): string[] {
		const rank = { loopback: 0, lan: 1, public: 2, vpn: 3 };
		const told = this.#addresses().filter(({ used }) => used);
		const { interfaces } = this.settings;
		const chosen = (name: string) => Math.max(0, interfaces.indexOf(name));
		return told
			.sort((a, b) => chosen(a.interface) - chosen(b.interface) || rank[a.kind] - rank[b.kind])
			.map(({ address }) => address);
	}

	/** With whether peers are told about them. Loopback always: it costs nothing, and local programs use it. */
	#addresses(): (LocalAddress & { used: boolean })[] {
		const { interfaces } = this.settings;
		const chosen = (name: string) => interfaces.length === 0 || interfaces.includes(name);
		return localAddresses().map((local) => ({
			...local,
			used: local.kind === 'loopback' ? local.address !== '::1' : chosen(local.interface),
		}));
	}
}
