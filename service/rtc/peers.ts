import type { Context } from 'koa';
import { z } from 'zod';
import { type IceServer, linksOf } from '../contract/iceServer.js';
import { idSchema } from '../contract/values.js';
import { type Caller, hasRole } from '../http/caller.js';
import { RateLimit, rateKey } from '../http/rates.js';
import { type Route, route } from '../http/route.js';
import type { Network } from '../network/network.js';
import type { TableList } from '../util/boundedMap.js';
import { StudioError } from '../util/errors.js';
import type { PeerMedia } from './media.js';
import type { PeerNoun, PeerSessions } from './peerSessions.js';

export const sdpType = 'application/sdp';
export const fragmentType = 'application/trickle-ice-sdpfrag';

/** One of the two protocols; they differ in who sends the media. */
export interface PeerProtocol {
	/** First part of the path: `whip` or `whep`. */
	name: 'whip' | 'whep';
	/** What the second part of the path names: a guest or a streamer. */
	noun: PeerNoun;
	role: 'viewer' | 'guest';
	/** Throws `forbidden` when this caller may not use this guest or streamer. */
	allow: (caller: Caller, subject: string) => void;
}

/** PATCH and DELETE: cheap, but each reaches a process. */
const changeRate = { client: { burst: 120, perSecond: 30 }, all: { burst: 600, perSecond: 200 } };

/** Whether a path is WHIP or WHEP: open to other origins by bearer token, errors as problem+json. */
export function isPeerPath(path: string): boolean {
	return /^\/whi?e?p(\/|$)/.test(path);
}

/** Any origin, never credentials: another site's page can use a token it was given, not the visitor's cookie. */
export function setCors(context: Context): void {
	context.set('Access-Control-Allow-Origin', '*');
	context.set('Access-Control-Allow-Methods', 'OPTIONS, GET, HEAD, POST, PATCH, DELETE');
	// Clients of Eyevinn decide on trickle by the exposed Allow-Methods, and send an ETag request header.
	context.set('Access-Control-Allow-Headers', 'Authorization, Content-Type, If-Match, ETag');
	context.set(
		'Access-Control-Expose-Headers',
		'Location, ETag, Link, Accept-Patch, Accept-Post, Retry-After, Access-Control-Allow-Methods',
	);
	context.set('Access-Control-Max-Age', '86400');
}

export interface PeerParts {
	media: PeerMedia;
	network: Pick<Network, 'iceServers'>;
	peers: PeerSessions;
	tables: TableList;
}

/** The routes of WHIP (RFC 9725) or WHEP (draft-ietf-wish-whep). */
export function peerRoutes({ media, network, peers, tables }: PeerParts, protocol: PeerProtocol): Route[] {
	const { name, noun, role } = protocol;
	const changes = new RateLimit(changeRate.client, changeRate.all);
	tables.push(() => ({ [`${name} change rates`]: changes.table }));
	const params = z.object({ subject: idSchema });
	const sessionParams = params.extend({ session: z.string().max(200) });
	const path = `/${name}/:subject`;
	const looksOnly = name === 'whep';

	const allows = (caller: Caller, subject: string): boolean => {
		if (!hasRole(caller, role)) return false;
		try {
			protocol.allow(caller, subject);
			return true;
		} catch {
			return false;
		}
	};
	const setLinks = (context: Context, servers: IceServer[]): void => {
		const links = linksOf(servers);
		if (links.length > 0) context.set('Link', links);
	};
	/** Authorised callers get the ICE servers before the offer (RFC 9725 §4.6). A preflight comes from the browser, without credentials. */
	const options = async ({ context, caller }: { context: Context; caller: Caller | null }): Promise<void> => {
		context.status = 200;
		context.set('Accept-Post', sdpType);
		context.set('Accept-Patch', fragmentType);
		context.set('Allow', 'OPTIONS, GET, HEAD, POST, PATCH, DELETE');
		context.body = '';
		const preflight = context.get('Access-Control-Request-Method') !== '';
		if (caller && !preflight && allows(caller, String((context.params as { subject: string }).subject)))
			setLinks(context, await network.iceServers());
	};
	/** GET has no content, by RFC 9725 §4.1; HEAD tells WHEP clients what to expect. */
	const empty = ({ context }: { context: Context }): void => {
		context.status = context.method === 'HEAD' ? 200 : 204;
		if (context.method === 'HEAD') context.type = sdpType;
	};

	return [
		route({
			method: 'OPTIONS',
			path,
			role: 'public',
			summary: 'Accepted formats, and for authorised callers the ICE servers as Link headers',
			undocumented: true,
			handler: options,
		}),
		route({
			method: 'OPTIONS',
			path: `${path}/:session`,
			role: 'public',
			summary: 'Accepted formats of a session',
			undocumented: true,
			handler: options,
		}),
		route({ method: 'GET', path, role, summary: 'Empty', params, undocumented: true, handler: empty }),
		route({
			method: 'GET',
			path: `${path}/:session`,
			role,
			summary: 'Empty; 404 when the session has ended',
			params: sessionParams,
			undocumented: true,
			handler: ({ context, params }) => {
				if (media.subject(params.session) !== params.subject)
					throw new StudioError('not-found', 'there is no such session; it may have ended');
				empty({ context });
			},
		}),
		route({
			method: 'POST',
			path,
			role,
			looksOnly,
			summary: `${name.toUpperCase()}: send an SDP offer, get the answer; Location is the session. The subject is a ${noun}`,
			params,
			contentType: sdpType,
			body: z.string(),
			response: z.string(),
			status: 201,
			handler: async ({ context, params, body, caller }) => {
				protocol.allow(caller!, params.subject);
				peers.check(noun, caller!, context);
				const [made, servers] = await Promise.all([
					peers.open(noun, params.subject, body, caller!, context),
					network.iceServers(),
				]);
				if (made === null) return undefined;
				const { session, answer } = made;
				context.set('Location', `/${name}/${params.subject}/${session}`);
				context.set('Accept-Patch', fragmentType);
				setLinks(context, servers);
				context.type = sdpType;
				return answer;
			},
		}),
		route({
			method: 'PATCH',
			path: `${path}/:session`,
			role,
			looksOnly,
			ofPeerSession: true,
			summary: 'Trickle ICE (RFC 8840) for a session',
			params: sessionParams,
			contentType: fragmentType,
			body: z.string(),
			status: 204,
			handler: async ({ context, params, body, caller }) => {
				changes.check(rateKey(caller!, context.req));
				peers.checkOwner(params.session, params.subject, caller!);
				if (body.trim() === '') throw new StudioError('bad-sdp', 'the fragment is empty');
				media.trickle(params.session, body);
			},
		}),
		route({
			method: 'DELETE',
			path: `${path}/:session`,
			role,
			looksOnly,
			ofPeerSession: true,
			summary: 'End a session',
			params: sessionParams,
			handler: async ({ context, params, caller }) => {
				changes.check(rateKey(caller!, context.req));
				peers.checkOwner(params.session, params.subject, caller!);
				await media.close(params.session);
				context.status = 200;
				context.body = '';
			},
		}),
	];
}
