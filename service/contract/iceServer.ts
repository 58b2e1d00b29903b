/** What RTCPeerConnection takes. */
export interface IceServer {
	urls: string[];
	username?: string | undefined;
	credential?: string | undefined;
}

export interface ServerUrl {
	kind: 'stun' | 'turn';
	host: string;
	port: number;
	transport: 'udp' | 'tcp' | 'tls';
}

/** Of a relay, by UDP, TCP or TLS. */
export function isTurnUrl(url: string): boolean {
	return /^turns?:/i.test(url);
}

/** RFC 7064 §3.1, RFC 7065 §3.1; null for anything else. */
export function parseServerUrl(url: string): ServerUrl | null {
	const found = /^(stun|turn)(s?):(\[[^\]]+\]|[^:?]+)(?::(\d+))?(?:\?transport=(udp|tcp))?$/i.exec(url);
	if (!found) return null;
	const [, scheme = '', secure, host = '', port, transport = 'udp'] = found;
	return {
		kind: scheme.toLowerCase() as 'stun' | 'turn',
		host: host.replace(/^\[|\]$/g, ''),
		port: Number(port ?? (secure ? 5349 : 3478)),
		transport: secure ? 'tls' : (transport.toLowerCase() as 'udp' | 'tcp'),
	};
}

/** Values for Link headers (RFC 8288), one per URL, as in RFC 9725 §4.6. */
export function linksOf(servers: IceServer[]): string[] {
	const quoted = (text: string) => `"${text.replace(/["\\]/g, '\\$&')}"`;
	return servers.flatMap(({ urls, username, credential }) =>
		urls.map((url) => {
			const login =
				username === undefined || credential === undefined
					? ''
					: `; username=${quoted(username)}; credential=${quoted(credential)}; credential-type="password"`;
			return `<${url}>; rel="ice-server"${login}`;
		}),
	);
}
