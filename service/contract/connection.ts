/** The state of a peer connection, and the servers that help it. */
import { z } from 'zod';

export const candidateSchema = z.object({
	type: z.enum(['host', 'srflx', 'prflx', 'relay']).catch('host'),
	transport: z.enum(['udp', 'tcp']),
	address: z.string(),
	port: z.number().int(),
});
export type Candidate = z.infer<typeof candidateSchema>;
/** A STUN or TURN server, as checked by this machine. */
export const serverCheckSchema = z.object({
	name: z.string(),
	url: z.string(),
	kind: z.enum(['stun', 'turn']),
	transport: z.enum(['udp', 'tcp', 'tls']),
	state: z.enum(['ok', 'failed']),
	message: z.string(),
	/** Why the device does not use it; null when it does. */
	unused: z.string().nullable(),
	/** The address the server sees, or relays for. */
	address: z.string().nullable(),
	rttMs: z.number().nullable(),
	checkedAt: z.string(),
});
export type ServerCheck = z.infer<typeof serverCheckSchema>;
/** How far a connection came: what was tried, and what was selected. */
export const connectionSchema = z.object({
	/** libnice's state: gathering, connecting, connected, ready, failed. */
	ice: z.string(),
	dtls: z.enum(['new', 'closed', 'failed', 'connecting', 'connected']),
	local: z.array(candidateSchema),
	remote: z.array(candidateSchema),
	/** The selected pair, or null. */
	pair: z.object({ local: candidateSchema, remote: candidateSchema }).nullable(),
	/** The state of the servers when there was no connection. */
	servers: z.array(serverCheckSchema).default([]),
});
export type Connection = z.infer<typeof connectionSchema>;
export const iceServerSchema = z.object({
	urls: z.array(z.string()),
	username: z.string().optional(),
	credential: z.string().optional(),
});
