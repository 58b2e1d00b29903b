import type { Context } from 'koa';
import type { z } from 'zod';
import type { Role } from '../contract/roles.js';
import type { Caller } from './caller.js';

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'OPTIONS';

/** A validated request. `caller` is null on public routes called without credentials. */
export interface Request<P, Q, B> {
	context: Context;
	params: P;
	query: Q;
	body: B;
	caller: Caller | null;
}

type Inferred<T> = T extends z.ZodType ? z.infer<T> : undefined;

interface Declaration<P, Q, B> {
	method: Method;
	/** With `:name` for parameters; `/*name` matches the rest of the path. */
	path: string;
	/** The lowest role that may call it. */
	role: 'public' | Role;
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
