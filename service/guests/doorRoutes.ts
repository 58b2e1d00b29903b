import type { IncomingMessage } from 'node:http';
import { z } from 'zod';
import { knockMadeSchema, knockSchema, ticketSchema, ticketStateSchema, visitorSchema } from '../contract/door.js';
import { guestSchema } from '../contract/guests.js';
import { idSchema } from '../contract/values.js';
import { clientOf } from '../http/client.js';
import { RateLimit } from '../http/rates.js';
import { type Route, route } from '../http/route.js';
import { entryOf } from '../state/entryOf.js';
import type { LiveState } from '../state/state.js';
import { householdOf } from '../util/addresses.js';
import type { TableList } from '../util/boundedMap.js';
import { StudioError } from '../util/errors.js';
import type { Door } from './door.js';

/** A page asks every few seconds, and a whole house may share one address. */
const ticketRate = { client: { burst: 60, perSecond: 10 }, all: { burst: 300, perSecond: 50 } };

/** The address of the visitor. Throws `forbidden` when it is not on this network. */
function neighbour(request: IncomingMessage): string {
	const { lan, address } = clientOf(request);
	if (!lan) throw new StudioError('forbidden', 'the door is open to the local network only: ask the studio for an invite link');
	return address;
}

/** The door, for people on the network without an invite. Tickets travel in bodies, never in paths. */
export function doorRoutes({ door, state, tables }: { door: Door; state: LiveState; tables: TableList }): Route[] {
	const params = z.object({ id: idSchema });
	const tickets = new RateLimit(ticketRate.client, ticketRate.all);
	tables.push(() => ({ 'door ticket rates': tickets.table }));
	const visitor = (id: string) => state.current.door[id]?.name ?? id;

	return [
		route({
			method: 'GET',
			path: '/api/door',
			role: 'public',
			summary: 'Whether people without an invite may ask to be let in from here',
			response: z.object({ open: z.boolean() }),
			handler: ({ context }) => ({ open: door.open && clientOf(context.req).lan }),
		}),
		route({
			method: 'POST',
			path: '/api/door',
			role: 'public',
			summary: 'Knock: ask to be let in as a guest; from the local network only',
			body: knockSchema,
			status: 201,
			response: knockMadeSchema,
			handler: ({ context, body }) => door.knock({ ...body, address: neighbour(context.req) }),
		}),
		route({
			method: 'POST',
			path: '/api/door/ticket',
			role: 'public',
			summary: 'The state of a knock; `admitted` comes with the token of a seat. Poll every few seconds',
			body: ticketSchema,
			response: ticketStateSchema,
			handler: ({ context, body }) => {
				tickets.check(householdOf(neighbour(context.req)));
				return door.ask(body.ticket);
			},
		}),
		route({
			method: 'POST',
			path: '/api/door/leave',
			role: 'public',
			summary: 'Stop waiting',
			body: ticketSchema,
			status: 204,
			handler: ({ context, body }) => {
				tickets.check(householdOf(neighbour(context.req)));
				door.leave(body.ticket);
			},
		}),
		route({
			method: 'GET',
			path: '/api/door/visitors',
			role: 'operator',
			summary: 'Who is waiting to be let in',
			response: z.array(visitorSchema),
			handler: () => Object.values(state.current.door),
		}),
		route({
			method: 'POST',
			path: '/api/door/visitors/:id/admit',
			role: 'operator',
			audited: true,
			summary: 'Admit a visitor: they get a seat',
			log: ({ params }) => `Admitted ${visitor(params.id)} at the door`,
			params,
			status: 201,
			response: guestSchema,
			handler: ({ params }) => entryOf(state.current.guests, door.admit(params.id), 'guest'),
		}),
		route({
			method: 'DELETE',
			path: '/api/door/visitors/:id',
			role: 'operator',
			summary: 'Refuse a visitor',
			log: ({ params }) => `Refused ${visitor(params.id)} at the door`,
			params,
			status: 204,
			handler: ({ params }) => door.refuse(params.id),
		}),
	];
}
