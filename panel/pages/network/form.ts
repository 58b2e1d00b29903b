import { serverUrlPattern } from '../../../service/contract/serverUrl.js';
import { t } from '../../texts/texts.js';

/** The network section of /api/settings as form values. Secrets arrive as true (set) or null, and are sent as typed. */
export interface ServerValues {
	name: string;
	urls: string[];
	for: 'both' | 'guests' | 'device';
	username: string | null;
	credential: string | true | null;
	secret: string | true | null;
}
export interface NetworkValues {
	servers: ServerValues[];
	cloudflare: { keyId: string; apiToken: string | true; apiUrl: string } | null;
	policy: 'all' | 'relay';
	ports: { first: number; last: number };
	limits: { guests: number; viewers: number };
	publicAddress: string | null;
	extraAddresses: string[];
	interfaces: string[];
	tcp: boolean;
	specialTargets: boolean;
}

export type Login = 'none' | 'fixed' | 'secret';

export function loginOf({ secret, username, urls }: ServerValues): Login {
	if (secret !== null) return 'secret';
	return username !== null || urls.some((url) => url.startsWith('turn')) ? 'fixed' : 'none';
}

export function newServer(servers: readonly ServerValues[]): ServerValues {
	let nth = servers.length + 1;
	while (servers.some(({ name }) => name === t.network.server.newName(nth))) nth += 1;
	return { name: t.network.server.newName(nth), urls: [], for: 'both', username: null, credential: null, secret: null };
}

/** What is wrong with a server's addresses, or null. */
export function urlsError(urls: readonly string[]): string | null {
	const wrong = urls.find((url) => !serverUrlPattern.test(url));
	if (wrong === undefined) return null;
	const { notAddress, wrongStart, example } = t.network.server;
	return `${(/^(stuns?|turns?):/i.test(wrong) ? notAddress : wrongStart)(wrong)} ${example}`;
}

/** An empty field keeps the current secret. */
export function typed(text: string, known: string | true | null): string | true | null {
	return text !== '' ? text : known;
}
