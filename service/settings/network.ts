import { isIP } from 'node:net';
import { z } from 'zod';
import { humanText } from '../contract/humanText.js';
import { isTurnUrl } from '../contract/iceServer.js';
import { serverUrlPattern } from '../contract/serverUrl.js';
import { secretText } from './secretText.js';

/** Peers per guest: what it sends, and the return it watches. */
const PEERS_A_GUEST = 2;

const serverUrl = z
	.string()
	.max(300)
	.regex(
		serverUrlPattern,
		'must be like stun:stun.example.org:3478, turn:turn.example.org:3478?transport=udp or turns:turn.example.org:5349',
	);
/** Nothing that could end a line, a header or a pipeline command. */
const printable = z
	.string()
	.min(1)
	.regex(/^[\x20-\x7e]+$/, 'must be printable ASCII characters');
const secret = secretText(printable, 512);
const port = z.number().int().min(1024).max(65_535);
const address = z.string().refine((text) => isIP(text) !== 0, 'must be an IP address');
const limit = (most: number) => z.number().int().min(1).max(most);

export const serverSettingsSchema = z
	.strictObject({
		name: humanText(40),
		urls: z.array(serverUrl).min(1).max(8),
		/** Who uses it: a server may have different addresses for the two sides. */
		for: z.enum(['both', 'guests', 'device']).default('both'),
		username: printable.max(512).nullable().default(null),
		credential: secret.nullable().default(null),
		/** The secret shared with the server (coturn: use-auth-secret), for temporary credentials per session. */
		secret: secret.nullable().default(null),
	})
	.superRefine(({ urls, username, credential, secret }, context) => {
		const turn = urls.some(isTurnUrl);
		const fixed = username !== null && credential !== null;
		const wrong = (path: string, message: string) => context.addIssue({ code: 'custom', path: [path], message });
		if (turn && !fixed && secret === null)
			wrong(username === null ? 'username' : 'credential', 'a TURN server needs a username and credential, or a secret');
		if (secret !== null && (username !== null || credential !== null))
			wrong('secret', 'use either a secret, or a username and credential');
		if (!turn && (username !== null || credential !== null || secret !== null))
			wrong('urls', 'a STUN server takes no username, credential or secret');
	});
export type ServerSettings = z.infer<typeof serverSettingsSchema>;

export const cloudflareSettingsSchema = z.strictObject({
	/** Of Cloudflare's Realtime TURN service. */
	keyId: z.string().regex(/^[A-Za-z0-9_-]{1,128}$/, 'must be letters and digits'),
	apiToken: secret,
	apiUrl: z.url({ protocol: /^https?$/ }).default('https://rtc.live.cloudflare.com'),
});

const portsSchema = z.strictObject({ first: port, last: port });
const limitsSchema = z.strictObject({ guests: limit(12), viewers: limit(1000) });
const portsDefault = { first: 8189, last: 8289 };
const limitsDefault = { guests: 12, viewers: 72 };

/** How guests and viewers reach this machine. Every field has a default. */
export const networkSettingsSchema = z
	.strictObject({
		servers: z.array(serverSettingsSchema).max(8).default([]),
		cloudflare: cloudflareSettingsSchema.nullable().default(null),
		/** relay: media go through a TURN server only, in both directions. */
		policy: z.enum(['all', 'relay']).default('all'),
		/** UDP ports of this machine, one per peer and address. */
		ports: portsSchema.default(portsDefault),
		limits: limitsSchema.default(limitsDefault),
		/** The public address of the router, when it forwards `ports` one to one. */
		publicAddress: address.nullable().default(null),
		/** Further addresses where this machine is reached on `ports`. */
		extraAddresses: z.array(address).max(8).default([]),
		/** Network interfaces whose addresses peers are told; empty = all. */
		interfaces: z
			.array(z.string().regex(/^[\w.:@-]{1,32}$/, 'must be the name of a network interface'))
			.max(16)
			.default([]),
		/** Also accept media over TCP (RFC 6544), on the same ports. */
		tcp: z.boolean().default(false),
		/** Targets may be this machine, a broadcast address or a multicast group. */
		specialTargets: z.boolean().default(false),
	})
	.superRefine(({ servers, policy, cloudflare, ports, limits }, context) => {
		const names = servers.map(({ name }) => name);
		const twice = names.findIndex((name, index) => names.indexOf(name) !== index);
		if (twice !== -1)
			context.addIssue({ code: 'custom', path: ['servers', twice, 'name'], message: `two servers are called "${names[twice]}"` });
		const has = ports.last - ports.first + 1;
		const needs = limits.guests * PEERS_A_GUEST + limits.viewers;
		if (has < needs)
			context.addIssue({
				code: 'custom',
				path: ['ports'],
				message:
					`${ports.first}–${ports.last} are ${Math.max(0, has)} ports, but ${limits.guests} guests (${PEERS_A_GUEST} each) and ` +
					`${limits.viewers} viewers need ${needs}: widen the range to ${ports.first}–${ports.first + needs - 1} or lower limits`,
			});
		const relays = servers.some((server) => server.urls.some(isTurnUrl)) || cloudflare !== null;
		if (policy === 'relay' && !relays)
			context.addIssue({ code: 'custom', path: ['policy'], message: 'relay needs a TURN server among servers, or cloudflare' });
	});
export type NetworkSettings = z.infer<typeof networkSettingsSchema>;

/** The section in a new file. */
export const networkTemplate = `# How guests and viewers reach this machine. The Network page of the panel can change and test these too.
network:
  # STUN servers tell a machine its public address, TURN servers relay what cannot go directly. For example:
  #   - name: ours
  #     urls: [turn:turn.example.org:3478, "turn:turn.example.org:3478?transport=tcp", turns:turn.example.org:5349]
  #     for: both            # both, guests or device: who uses it
  #     secret: changeme     # the static-auth-secret of coturn; or username and credential
  servers: []
  # Cloudflare's TURN service instead of your own server: keyId and apiToken of a TURN key.
  cloudflare: null
  # all: the best path that works. relay: through a TURN server only.
  policy: all
  # UDP ports for media, and the most people they must serve: one port for each viewer, two for each guest.
  ports: { first: 8189, last: 8289 }
  limits: { guests: 12, viewers: 72 }
  # The public address of a router that forwards these ports to this machine, and further addresses of this machine.
  publicAddress: null
  extraAddresses: []
  # Network interfaces whose addresses are offered to guests, for example [eth0, tailscale0]; empty means all.
  interfaces: []
  # Media over TCP too, on the same ports, for networks that block UDP.
  tcp: false
  # Whether operators may send the program to this machine itself, to a broadcast address or to a multicast group.
  specialTargets: false
`;
