import type { Context } from 'koa';
import type { z } from 'zod';
import type { Role } from '../contract/roles.js';
import type { Happening } from '../contract/showLog.js';
import type { Caller } from './caller.js';

type Reading = 'GET' | 'OPTIONS';
type Changing = 'POST' | 'PUT' | 'PATCH' | 'DELETE';
export type Method = Reading | Changing;

/** A validated request. `caller` is null on public routes called without credentials. */
export interface Request<P, Q, B> {
	context: Context;
	params: P;
	query: Q;
	body: B;
	caller: Caller | null;
}

type Inferred<T> = T extends z.ZodType ? z.infer<T> : undefined;

/**
 * What the show log says of a request that was carried out: a phrase like “Changed the source HDMI 1”, made before, for afterwards
 * its name may be gone; or what is made of the answer. Null: nothing, for this request.
 */
export type Logged = string | ((answer: unknown) => Omit<Happening, 'who'>) | null;
type Log<P, Q, B> = (request: Request<Inferred<P>, Inferred<Q>, Inferred<B>>) => Logged;

/** What operators and technicians change goes into the show log: such a route says how. */
type Access<P, Q, B> =
	| { method: Reading; role: 'public' | Role; log?: never }
	| { method: Changing; role: 'public' | 'viewer' | 'guest'; log?: never }
	| {
			method: Changing;
			role: 'operator' | 'technician';
			/** Null: it is told by what it changes, or is not worth an entry. */
			log: Log<P, Q, B> | null;
	  };

interface Common<P, Q, B> {
	/** With `:name` for parameters; `/*name` takes the rest of the path. */
	path: string;
	summary: string;
	params?: P;
	query?: Q;
	/** Schema of the body; of its text when `contentType` is not JSON. */
	body?: B;
	contentType?: string;
	response?: z.ZodType;
	/** Status of success when it is not 200. Without a response schema there is no content. */
	status?: number;
	/** It exists under the public name too, for guests and viewers; all else is 404 there. */
	outside?: boolean;
	/** Who did it is written down (access/audit.ts). Changes by technicians are anyway. */
	audited?: boolean;
	/** It changes nothing of the show, but who watches or is logged in here: a token for looking may. */
	looksOnly?: boolean;
	/** It concerns the session of WHIP or WHEP in its path: who is connected by an invite that was revoked may call it for its own. */
	ofPeerSession?: boolean;
	/** Not part of the OpenAPI document. */
	undocumented?: boolean;
	/** The value returned is the answer; undefined when the handler answered through the context itself. */
	handler: (request: Request<Inferred<P>, Inferred<Q>, Inferred<B>>) => unknown;
}

/** `role` is the least that may call it. */
type Declaration<P, Q, B> = Common<P, Q, B> & Access<P, Q, B>;

export type Route = Declaration<z.ZodObject | undefined, z.ZodObject | undefined, z.ZodType | undefined>;

/** Declares a route once: authorisation, validation, errors and the OpenAPI document follow from it. */
export function route<
	P extends z.ZodObject | undefined = undefined,
	Q extends z.ZodObject | undefined = undefined,
	B extends z.ZodType | undefined = undefined,
>(declaration: Declaration<P, Q, B>): Route {
	return declaration as unknown as Route;
}

/** These routes, which guests and viewers outside need. */
export function outside(routes: Route[]): Route[] {
	return routes.map((declared) => ({ ...declared, outside: true }));
}
