import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { State } from '../contract/state.js';
import type { Settings } from '../settings/settings.js';
import { openPortsOf } from '../sources/facts.js';
import type { LiveState } from '../state/state.js';
import { ownNetworks } from '../util/addresses.js';
import { replaceFile } from '../util/durable.js';
import { messageOf } from '../util/errors.js';
import type { Log } from '../util/log.js';

/** Lower ports belong to system services: this file cannot open them. */
const port = z.number().int().min(1024).max(65_535);
const range = z.tuple([port, port]);
const ranges = z.array(range).max(200);
const network = z.union([z.ipv4(), z.ipv6(), z.cidrv4(), z.cidrv6()]);
const schema = z.strictObject({
	/** For everybody. */
	tcp: ranges,
	udp: ranges,
	/** TCP, for house networks and those of the list. */
	house: ranges.default([]),
	networks: z.array(network).max(200).default([]),
});
/** Open ports, as inclusive ranges. */
export type Ports = z.infer<typeof schema>;

/** Before the first run of the service. */
export const defaultPorts: Ports = {
	tcp: [],
	udp: [[8189, 8289]],
	house: [
		[8000, 8000],
		[8443, 8443],
	],
	networks: [],
};

/** How soon the firewall learns of new IPv6 networks of this machine. */
const networksMs = 30_000;
/** IPv6 networks at most; no house has more. */
const mostOwn = 100;

const path = (dataDir: string) => join(dataDir, 'ports.json');

/** What the service wrote last. Throws when it cannot be read or is invalid. */
export function readPorts(dataDir: string): Ports {
	const file = path(dataDir);
	return existsSync(file) ? schema.parse(JSON.parse(readFileSync(file, 'utf8'))) : defaultPorts;
}

export interface OpenPortsOptions {
	dataDir: string;
	http: string;
	https: string;
	settings: Settings;
	state: LiveState;
	log: Log;
}

/** Keeps DATA/ports.json in line with the settings, for the firewall (r58-firewall.path). */
export class OpenPorts {
	#written = '';

	constructor(private readonly o: OpenPortsOptions) {}

	follow(): void {
		this.#write();
		this.o.settings.on('change', () => this.#write());
		setInterval(() => this.#write(), networksMs).unref();
		this.o.state.onChange((_seq, changes) => {
			if (changes.some(([changed]) => changed.startsWith('sources.'))) this.#write();
		});
	}

	#write(): void {
		const { dataDir, http, https, settings, state, log } = this.o;
		const text = `${JSON.stringify(openPorts([http, https], settings.current, state.current.sources))}\n`;
		if (text === this.#written) return;
		try {
			const file = path(dataDir);
			// Writing the file reloads the firewall.
			if (!existsSync(file) || readFileSync(file, 'utf8') !== text) replaceFile(file, text);
			this.#written = text;
		} catch (error) {
			log.onceASecond('ports').error(`cannot tell the firewall which ports are open: ${messageOf(error)}`);
		}
	}
}

/** The pages and the API, media of guests and viewers, and RTP inputs from the network. */
export function openPorts(
	urls: string[],
	{ network: { ports, tcp }, access }: Pick<Settings['current'], 'network' | 'access'>,
	sources: State['sources'],
	own = ownNetworks(),
): Ports {
	const { first, last } = ports;
	const single = (port: number): [number, number] => [port, port];
	const pages = urls.map((url) => single(Number(new URL(url).port)));
	// An authority connects from anywhere; proxies and the tunnel do not need this.
	const isOpen = access.openToInternet || access.acme !== null;
	const networks = [...access.lan, ...access.trustedProxies, ...own.slice(0, mostOwn)];
	return {
		tcp: [...(isOpen ? pages : []), ...(tcp ? [[first, last] as [number, number]] : [])],
		udp: [[first, last], ...Object.values(sources).flatMap(openPortsOf).map(single)],
		house: isOpen ? [] : pages,
		// Without the word tunnel, and without link-local zones: those all belong to the house.
		networks: isOpen ? [] : networks.filter((entry) => network.safeParse(entry).success),
	};
}
