import { isIP } from 'node:net';
import { z } from 'zod';

const hostName = /^(?=.{1,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/i;
const host = z.string().refine((text) => isIP(text) !== 0 || hostName.test(text), 'must be an IP address or a host name');
const port = z.number().int().min(1).max(65_535);

function isNetwork(text: string): boolean {
	const [address = '', bits, ...rest] = text.split('/');
	const most = isIP(address) === 6 ? 128 : 32;
	return isIP(address) !== 0 && rest.length === 0 && (bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= most));
}

const tunnelSchema = z.strictObject({
	enabled: z.boolean().default(true),
	/** The server outside, and our account there. */
	host,
	port: port.default(22),
	user: z.string().regex(/^[a-z_][a-z0-9_.-]{0,31}$/i, 'must be a user name'),
	/** The server's public key, as printed by `ssh-keyscan HOST`: no other server is accepted. */
	hostKey: z
		.string()
		.max(1000)
		.regex(
			/^(ssh-ed25519|ssh-rsa|ecdsa-sha2-nistp(256|384|521)) [A-Za-z0-9+/]+={0,2}$/,
			'must be a public key like "ssh-ed25519 AAAA…"',
		),
	/** The loopback port on the server where guests' connections arrive; its web server forwards to it. */
	remotePort: port.min(1024),
});
export type TunnelSettings = z.infer<typeof tunnelSchema>;

const acmeSchema = z.strictObject({
	email: z.email().nullable().default(null),
	/** Let's Encrypt by default. */
	directoryUrl: z.url({ protocol: /^https$/ }).default('https://acme-v02.api.letsencrypt.org/directory'),
});

/** How people come in. Every field has a default. */
export const accessSettingsSchema = z
	.strictObject({
		/** The name under which guests and viewers outside reach this machine: https:// and a host name. */
		publicUrl: z
			.url({ protocol: /^https$/, error: 'must be like https://studio.example.org' })
			.refine(
				(text) => URL.canParse(text) && new URL(text).href === `${new URL(text).origin}/`,
				'must not have anything after the host name',
			)
			.transform((text) => new URL(text).origin)
			.nullable()
			.default(null),
		/** Proxies whose X-Forwarded-For, -Proto and -Host headers count. */
		trustedProxies: z
			.array(
				z
					.string()
					.refine((text) => text === 'tunnel' || isNetwork(text), 'must be an address, a network like 192.0.2.0/24, or tunnel'),
			)
			.max(32)
			.default([]),
		/** Further networks of the house: everything else is outside. */
		lan: z.array(z.string().refine(isNetwork, 'must be an address or a network like 192.0.2.0/24')).max(32).default([]),
		/** Other names of this machine, besides its own names and addresses. */
		names: z
			.array(host.transform((text) => text.toLowerCase()))
			.max(32)
			.default([]),
		/** Opens the firewall for the pages to the whole internet, not only to the house networks. */
		openToInternet: z.boolean().default(false),
		/** People on this network may ask to be let in at /guest_join without an invite. */
		door: z.boolean().default(true),
		tunnel: tunnelSchema.nullable().default(null),
		acme: acmeSchema.nullable().default(null),
	})
	.superRefine(({ publicUrl, tunnel, acme }, context) => {
		const needs = (path: string, message: string) => context.addIssue({ code: 'custom', path: [path], message });
		if (tunnel?.enabled && publicUrl === null) needs('publicUrl', 'the tunnel needs a public name');
		if (acme !== null && (publicUrl === null || isIP(new URL(publicUrl).hostname.replace(/^\[|\]$/g, '')) !== 0))
			needs('publicUrl', 'acme needs a public host name for the certificate');
	});
export type AccessSettings = z.infer<typeof accessSettingsSchema>;

/** The section in a new file. */
export const accessTemplate = `# How guests and viewers get in.
access:
  # The public name, for example https://studio.example.org: invites use it. Under it only the pages and API calls that
  # guests and viewers need exist; the switcher stays on the local network.
  publicUrl: null
  # Reverse proxies whose X-Forwarded-For, -Proto and -Host are trusted: addresses, networks, or tunnel for the one below.
  trustedProxies: []
  # Local networks besides private ones (192.0.2.0/24): from anywhere else only the pages of guests and viewers exist.
  lan: []
  # Other names of this machine, for example studio.fritz.box; it does not answer to names it does not know.
  names: []
  # Whether the firewall lets everyone through to the pages, as a port forwarded by the router needs; otherwise only local
  # networks and trusted proxies get through. acme below opens it automatically, a public name alone does not.
  openToInternet: false
  # Whether people who open /guest_join on the local network without an invite may ask to be let in.
  door: true
  # A tunnel to your own SSH server, whose web server forwards guests to remotePort there, for example:
  #   { host: vps.example.org, user: studio, hostKey: "ssh-ed25519 AAAA…", remotePort: 8080 }
  # GET /api/tunnel shows the public key of this machine, which that server must accept.
  tunnel: null
  # A certificate from a public authority for the public name; port 80 of that name must lead to the plain HTTP port of
  # this machine. By setting it, for example to { email: you@example.org }, you agree to the terms of Let's Encrypt.
  acme: null
`;
