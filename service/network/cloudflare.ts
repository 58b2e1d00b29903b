import { z } from 'zod';
import type { IceServer } from '../contract/iceServer.js';
import type { NetworkSettings } from '../settings/network.js';
import { messageOf } from '../util/errors.js';
import { within } from '../util/within.js';

type Cloudflare = NonNullable<NetworkSettings['cloudflare']>;

/** Requested lifetime; renewed at half of it, so that sessions of half a day are always possible. */
const ttlS = 24 * 3600;
const askMs = 3000;
const retryMs = 30_000;

const serverSchema = z.object({
	urls: z.union([z.string(), z.array(z.string())]),
	username: z.string().optional(),
	credential: z.string().optional(),
});
/** A list, or in the older form of the API a single server. */
const answerSchema = z.object({ iceServers: z.union([z.array(serverSchema), serverSchema]) });

/** Credentials for Cloudflare's TURN service, renewed before they expire. */
export class CloudflareTurn {
	/** Why there are no credentials, or null. */
	error: string | null = null;
	#key: Cloudflare;
	#servers: IceServer[] = [];
	#fetchedAt = Number.NEGATIVE_INFINITY;
	#triedAt = Number.NEGATIVE_INFINITY;
	#asking: Promise<void> | null = null;

	constructor(key: Cloudflare) {
		this.#key = key;
	}

	/** The servers at hand; waits at most `waitMs`, and only when there are none. */
	async servers(waitMs: number): Promise<IceServer[]> {
		const age = Date.now() - this.#fetchedAt;
		if (age > (ttlS * 1000) / 2 && Date.now() - this.#triedAt > (this.#asking ? Number.POSITIVE_INFINITY : retryMs)) {
			this.#asking = this.#ask().finally(() => {
				this.#asking = null;
			});
		}
		if (this.#servers.length === 0 && this.#asking) {
			await within(this.#asking, waitMs, () => undefined);
		}
		return this.#servers;
	}

	async #ask(): Promise<void> {
		this.#triedAt = Date.now();
		const { apiUrl, keyId, apiToken } = this.#key;
		try {
			const response = await fetch(new URL(`/v1/turn/keys/${keyId}/credentials/generate-ice-servers`, apiUrl), {
				method: 'POST',
				headers: { Authorization: `Bearer ${apiToken}`, 'Content-Type': 'application/json' },
				body: JSON.stringify({ ttl: ttlS }),
				signal: AbortSignal.timeout(askMs),
			});
			if (!response.ok) throw new Error(refusal(response.status));
			const { iceServers } = answerSchema.parse(await response.json());
			this.#servers = (Array.isArray(iceServers) ? iceServers : [iceServers]).map(({ urls, ...login }) => ({
				// Browsers block port 53 and would time out.
				urls: (Array.isArray(urls) ? urls : [urls]).filter((url) => !/:53(\?|$)/.test(url)),
				...login,
			}));
			this.#fetchedAt = Date.now();
			this.error = null;
		} catch (error) {
			this.error = error instanceof z.ZodError ? 'unexpected answer' : messageOf(error);
			if (Date.now() - this.#fetchedAt > ttlS * 1000) this.#servers = [];
		}
	}
}

function refusal(status: number): string {
	if (status === 401 || status === 403) return `it rejects the API token (${status})`;
	if (status === 404) return 'it does not know the key ID (404)';
	return `it answers with status ${status}`;
}
