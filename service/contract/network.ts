import { z } from 'zod';
import { serverCheckSchema } from './connection.js';

export const networkStatusSchema = z.object({
	addresses: z.array(
		z.object({
			interface: z.string(),
			address: z.string(),
			family: z.enum(['IPv4', 'IPv6']),
			kind: z.enum(['lan', 'vpn', 'public', 'loopback']),
			name: z.string(),
			/** Peers are told about it. */
			used: z.boolean(),
		}),
	),
	servers: z.array(serverCheckSchema),
});
export type NetworkStatus = z.infer<typeof networkStatusSchema>;
export const networkTestItemSchema = z.object({
	id: z.enum(['lan', 'stun', 'turn-udp', 'turn-tcp', 'turn-tls', 'forwarded-port', 'public-page']),
	label: z.string(),
	/** off: not configured. unknown: cannot be tested from here. */
	state: z.enum(['ok', 'fails', 'off', 'unknown']),
	message: z.string(),
	remedy: z.string().nullable(),
});
export type NetworkTestItem = z.infer<typeof networkTestItemSchema>;
export const networkTestSchema = z.object({
	items: z.array(networkTestItemSchema),
	/** What guests outside this network will experience. */
	outside: z.string(),
	testedAt: z.string(),
});
export type NetworkTest = z.infer<typeof networkTestSchema>;
/** Whether media can reach this guest, known before joining. */
export const reachSchema = z.object({
	/** How the page was loaded: over the studio's network, or its public name. */
	via: z.enum(['lan', 'public']),
	/** maybe: only by hole punching, which some networks block. */
	media: z.enum(['yes', 'maybe', 'no']),
	/** Pages of the studio on its own network, for a guest who is in the house after all. */
	lanUrls: z.array(z.string()),
});
export type Reach = z.infer<typeof reachSchema>;
export const tunnelSchema = z.object({
	state: z.enum(['off', 'connecting', 'up', 'waiting']),
	lastError: z.string().nullable(),
	/** For authorized_keys on the server. */
	publicKey: z.string(),
});
