import type { Context } from 'koa';
import { z } from 'zod';
import { polledCandidateSchema, polledCreateSchema, polledDescriptionSchema, pollingSides } from '../contract/polling.js';
import { idSchema } from '../contract/values.js';
import { type Caller, hasRole, mayWatch } from '../http/caller.js';
import { RateLimit, rateKey } from '../http/rates.js';
import { type Route, route } from '../http/route.js';
import type { LiveState } from '../state/state.js';
import { StudioError } from '../util/errors.js';
import { fragmentOf } from './fragment.js';
import type { PeerParts } from './peers.js';
import { PollingSessions } from './pollingSessions.js';

const params = z.object({ id: idSchema });
const path = '/api/webrtc/session/:id';
const successSchema = z.object({ success: z.literal(true) });
const success = { success: true } as const;

/** Twice a second for both sides of a few sessions. */
const rate = { client: { burst: 120, perSecond: 20 }, all: { burst: 1000, perSecond: 400 } };

/**
 * Signalling for clients that can only poll. Under the id of a guest or streamer the studio answers as the `vm`; any other id is
 * a letter box between two programs of an operator.
 */
export function pollingRoutes({ media, peers, tables, state }: Omit<PeerParts, 'network'> & { state: LiveState }): Route[] {
	const sessions = new PollingSessions(media);
	const limit = new RateLimit(rate.client, rate.all);
	tables.push(() => ({ 'polling sessions': sessions, 'polling rates': limit.table }));

	const subjectOf = (id: string): 'guest' | 'streamer' | null => {
		const { guests, streamers } = state.current;
		return Object.hasOwn(guests, id) ? 'guest' : Object.hasOwn(streamers, id) ? 'streamer' : null;
	};

	/** Checks the caller; throws `forbidden` and `rate-limited`. Sessions with the studio are separate per caller. */
	const enter = (context: Context, caller: Caller, id: string) => {
		const subject = subjectOf(id);
		if (subject === 'guest' && caller.guest !== id && !hasRole(caller, 'operator'))
			throw new StudioError('forbidden', 'this token is not for this guest');
		if (subject === 'streamer' && !mayWatch(caller, id)) throw new StudioError('forbidden', `this token is not for ${id}`);
		if (subject === null && !hasRole(caller, 'operator'))
			throw new StudioError('forbidden', 'a session between two programs needs the role operator');
		const client = rateKey(caller, context.req);
		limit.check(client);
		return { subject, client, key: subject === null ? id : `${id} ${caller.token}` };
	};

	const described = (context: Context, caller: Caller, id: string, type: 'offer' | 'answer') => {
		const sdp = sessions.find(enter(context, caller, id).key)?.polled[type] ?? null;
		if (sdp === null) throw new StudioError('not-found', `there is no ${type} yet`);
		return { type, sdp };
	};

	const description = (type: 'offer' | 'answer') =>
		route({
			method: 'GET',
			path: `${path}/${type}`,
			role: 'viewer',
			summary: `Polling signalling: get the ${type}; 404 until there is one`,
			params,
			response: polledDescriptionSchema,
			handler: ({ context, params, caller }) => described(context, caller!, params.id, type),
		});

	return [
		description('offer'),
		description('answer'),
		route({
			method: 'POST',
			path: `${path}/offer`,
			role: 'viewer',
			summary: 'Polling signalling: leave an offer. The studio answers it when the id is a guest or streamer',
			params,
			body: polledDescriptionSchema,
			response: successSchema,
			handler: async ({ context, params: { id }, body: { sdp }, caller }) => {
				const { subject, client, key } = enter(context, caller!, id);
				if (subject !== null) peers.check(subject, caller!, context);
				const entry = sessions.open(key, client);
				if (subject === null) {
					entry.polled.setOffer(sdp);
					return success;
				}
				const { session, answer } = await sessions.connect(entry, sdp, () => peers.open(subject, id, sdp, caller!, context));
				for (const [, candidate] of answer.matchAll(/^a=(candidate:[^\r\n]+)/gm))
					entry.polled.add('vm', { candidate: candidate!, sdpMLineIndex: 0 });
				for (const { candidate } of entry.polled.candidates('browser', 0))
					if (candidate) media.trickle(session, fragmentOf(sdp, candidate));
				return success;
			},
		}),
		route({
			method: 'POST',
			path: `${path}/answer`,
			role: 'viewer',
			summary: 'Polling signalling: leave the answer to the offer',
			params,
			body: polledDescriptionSchema,
			response: successSchema,
			handler: ({ context, params: { id }, body: { sdp }, caller }) => {
				const { subject, key } = enter(context, caller!, id);
				if (subject !== null) throw new StudioError('conflict', 'the studio answers this offer itself');
				const entry = sessions.find(key);
				if (!entry) throw new StudioError('not-found', 'there is no offer to answer yet');
				entry.polled.setAnswer(sdp);
				return success;
			},
		}),
		route({
			method: 'POST',
			path: `${path}/candidate`,
			role: 'viewer',
			summary: 'Polling signalling: leave a candidate. It is kept until the other side has the description',
			params,
			body: polledCreateSchema,
			response: successSchema,
			handler: async ({ context, params: { id }, body: { from, ...candidate }, caller }) => {
				const { subject, client, key } = enter(context, caller!, id);
				if (subject !== null && from === 'vm') throw new StudioError('conflict', 'the studio itself is the vm of this session');
				const { polled, session } = sessions.open(key, client);
				polled.add(from, candidate);
				if (session !== null && candidate.candidate) media.trickle(session, fragmentOf(polled.offer!, candidate.candidate));
				return success;
			},
		}),
		route({
			method: 'GET',
			path: `${path}/candidates/:side`,
			role: 'viewer',
			summary: 'Polling signalling: get the candidates of one side that are newer than `since`',
			params: params.extend({ side: z.enum(pollingSides) }),
			query: z.object({ since: z.coerce.number().min(0).default(0) }),
			response: z.object({ candidates: z.array(polledCandidateSchema) }),
			handler: ({ context, params: { id, side }, query, caller }) => ({
				candidates: sessions.find(enter(context, caller!, id).key)?.polled.candidates(side, query.since) ?? [],
			}),
		}),
		route({
			method: 'DELETE',
			path,
			role: 'viewer',
			summary: 'Polling signalling: end the session',
			params,
			status: 204,
			handler: ({ context, params: { id }, caller }) => sessions.close(enter(context, caller!, id).key),
		}),
	];
}
