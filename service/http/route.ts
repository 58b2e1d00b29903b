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
 * The show log's entry for a request that was carried out: a phrase like “Changed the source HDMI 1”, made beforehand because the
 * name may be gone afterwards, or one made from the answer. Null: no entry for this request.
 */
export type Logged = string | ((answer: unknown) => Omit<Happening, 'who'>) | null;
type Log<P, Q, B> = (request: Request<Inferred<P>, Inferred<Q>, Inferred<B>>) => Logged;

/** Changes by operators and technicians go into the show log; their routes say how. */
type Access<P, Q, B> =
	| { method: Reading; role: 'public' | Role; log?: never }
	| { method: Changing; role: 'public' | 'viewer' | 'guest'; log?: never }
	| {
			method: Changing;
			role: 'operator' | 'technician';
			/** Null: what it changes is logged anyway, or it is not worth an entry. */
			log: Log<P, Q, B> | null;
	  };

interface Common<P, Q, B> {
	/** With `:name` for parameters; `/*name` matches the rest of the path. */
	path: string;
	summary: string;
	params?: P;
	query?: Q;
	/** Schema of the body, or of its text when `contentType` is not JSON. */
	body?: B;
	contentType?: string;
	response?: z.ZodType;
	/** Success status other than 200. Without a response schema there is no content. */
	status?: number;
	/** Also reachable from outside, for guests and viewers; all other routes are 404 there. */
	outside?: boolean;
	/** Writes an audit entry (access/audit.ts). Changes by technicians always do. */
	audited?: boolean;
	/** Changes viewing or logins, not the show: allowed for read-only tokens. */
	looksOnly?: boolean;
	/** About the WHIP or WHEP session in its path: its owner may call it even with a revoked invite. */
	ofPeerSession?: boolean;
	/** Not part of the OpenAPI document. */
	undocumented?: boolean;
	/** The return value is the answer; undefined when the handler answered through the context. */
	handler: (request: Request<Inferred<P>, Inferred<Q>, Inferred<B>>) => unknown;
}

/** `role` is the lowest that may call it. */
type Declaration<P, Q, B> = Common<P, Q, B> & Access<P, Q, B>;

export type Route = Declaration<z.ZodObject | undefined, z.ZodObject | undefined, z.ZodType | undefined>;

/** Declares a route: authorisation, validation, errors and the OpenAPI document follow from it. */
export function route<
	P extends z.ZodObject | undefined = undefined,
	Q extends z.ZodObject | undefined = undefined,
	B extends z.ZodType | undefined = undefined,
>(declaration: Declaration<P, Q, B>): Route {
	return declaration as unknown as Route;
}

/** Makes these routes available outside, for guests and viewers. */
export function outside(routes: Route[]): Route[] {
	return routes.map((declared) => ({ ...declared, outside: true }));
}
