import { type IceServer, isTurnUrl, parseServerUrl, type ServerUrl } from '../contract/iceServer.js';
import type { NetworkSettings, ServerSettings } from '../settings/network.js';
import { CloudflareTurn } from './cloudflare.js';
import { timeLimited } from './credentials.js';

/** One URL of a server, with its current login. */
export interface ServerEntry {
	name: string;
	url: string;
	parsed: ServerUrl;
	for: ServerSettings['for'];
	username: string | null;
	credential: string | null;
	/** Why the device does not use it, or null when it does. */
	skipped: string | null;
}

const cloudflareName = 'Cloudflare';

/** The configured STUN and TURN servers, as each side gets them. */
export class Servers {
	#network: () => NetworkSettings;
	#cloudflare: { key: NonNullable<NetworkSettings['cloudflare']>; turn: CloudflareTurn } | null = null;

	constructor(network: () => NetworkSettings) {
		this.#network = network;
	}

	/** Why Cloudflare gives no credentials, or null. */
	get cloudflareError(): string | null {
		return this.#cloudflareTurn()?.error ?? null;
	}

	/** For browsers; temporary logins are made per call. */
	async forGuests(waitMs: number): Promise<IceServer[]> {
		const own = this.#network().servers.filter((server) => server.for !== 'device');
		return [...own.flatMap(iceServersOf), ...((await this.#cloudflareTurn()?.servers(waitMs)) ?? [])];
	}

	/** Every URL of every server, also those the device does not use. */
	async entries(waitMs: number): Promise<ServerEntry[]> {
		const own = this.#network().servers.flatMap((server) =>
			iceServersOf(server).flatMap((ice) => entriesOf(server.name, server.for, ice)),
		);
		const rented = (await this.#cloudflareTurn()?.servers(waitMs)) ?? [];
		return [...own, ...rented.flatMap((ice) => entriesOf(cloudflareName, 'both', ice))];
	}

	#cloudflareTurn(): CloudflareTurn | null {
		const key = this.#network().cloudflare;
		if (key === null) this.#cloudflare = null;
		else if (this.#cloudflare?.key !== key) this.#cloudflare = { key, turn: new CloudflareTurn(key) };
		return this.#cloudflare?.turn ?? null;
	}
}

/** STUN and TURN separately: only TURN has a login. */
function iceServersOf({ urls, username, credential, secret }: ServerSettings): IceServer[] {
	const stun = urls.filter((url) => !isTurnUrl(url));
	const turn = urls.filter(isTurnUrl);
	const login = secret !== null ? timeLimited(secret) : { username: username ?? '', credential: credential ?? '' };
	return [...(stun.length > 0 ? [{ urls: stun }] : []), ...(turn.length > 0 ? [{ urls: turn, ...login }] : [])];
}

function entriesOf(name: string, side: ServerSettings['for'], { urls, username, credential }: IceServer): ServerEntry[] {
	return urls.flatMap((url) => {
		const parsed = parseServerUrl(url);
		if (!parsed) return [];
		return [
			{ name, url, parsed, for: side, username: username ?? null, credential: credential ?? null, skipped: skips(side, parsed) },
		];
	});
}

function skips(side: ServerSettings['for'], { kind, transport }: ServerUrl): string | null {
	if (side === 'guests') return 'for guests only';
	if (transport === 'tls') return `${kind.toUpperCase()} over TLS is for guests only; the studio uses UDP or TCP`;
	if (kind === 'stun' && transport !== 'udp') return 'the studio uses STUN over UDP only';
	return null;
}
