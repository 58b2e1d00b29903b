import { randomBytes } from 'node:crypto';
import Router from '@koa/router';
import Koa, { type Context, type Middleware } from 'koa';
import { StudioError } from '../util/errors.js';
import type { Log } from '../util/log.js';
import { validate } from '../util/validation.js';
import { readBody, readJson } from './body.js';
import type { Access, Caller } from './caller.js';
import { clientOf } from './client.js';
import { answerError } from './failure.js';
import type { Gate } from './gate.js';
import { setPolicies } from './policies.js';
import type { Route } from './route.js';
import { answerUnknownPage, wantsPage } from './unknownPage.js';

const json = 'application/json';
/** Scheme, host name (RFC 1035 §2.3.4) and port. Links and QR codes are built from the origin the client used. */
const maxOrigin = 'https://'.length + 253 + ':65535'.length;
/** Codes of sockets that the client closed: nobody is left to answer, and nothing failed here. */
const leavingCodes = ['ECONNRESET', 'EPIPE', 'ERR_STREAM_PREMATURE_CLOSE', 'ECANCELED'];

/** HPE: the bytes were not HTTP. The error contains them, tokens included, so it must not be logged. */
function clientLeft(error: unknown): boolean {
	const { code = '' } = error as NodeJS.ErrnoException;
	return leavingCodes.includes(code) || code.startsWith('HPE_');
}

/** The outcome of one request. */
export interface Happened {
	caller: Caller | null;
	body: unknown;
	answer: unknown;
	/** `done`, or the error code. */
	outcome: 'done' | StudioError['code'];
}

/** What the application needs from the rest of the service. */
export interface AppOptions {
	routes: readonly Route[];
	access: Access & {
		/** Extends a browser session while it is used. */
		extend(context: Context): void;
		/** Whether the peer session in a path belongs to this caller. */
		isPeerSession(session: string, subject: string, caller: Caller): boolean;
	};
	audit: {
		concerns(route: Route): boolean;
		write(route: Route, context: Context, happened: Happened): void;
	};
	gate: Pick<Gate, 'welcome'>;
	/** Paths open to other origins; their errors are problem+json. */
	open: { is(path: string): boolean; allow(context: Context): void };
	onAnswered(method: string, status: number): void;
	log: Log;
}

/** Runs the handler, and writes an audit entry where one is due. */
async function handled(route: Route, context: Context, caller: Caller | null, audit: AppOptions['audit']): Promise<unknown> {
	const params = paramsOf(route, context) as never;
	const query = (route.query && validate(route.query, { ...context.query }, 'query')) as never;
	const body = (await bodyOf(route, context)) as never;
	if (!audit.concerns(route)) return route.handler({ context, caller, params, query, body });
	const write = (outcome: 'done' | StudioError['code'], answer: unknown) =>
		audit.write(route, context, { caller, body, answer, outcome });
	try {
		const answer = await route.handler({ context, caller, params, query, body });
		write('done', answer);
		return answer;
	} catch (error) {
		write(error instanceof StudioError ? error.code : 'internal', null);
		throw error;
	}
}

/** A declared route as middleware: identifies and authorises the caller, validates, runs the handler. */
function middlewareOf(route: Route, { access, audit, gate }: AppOptions): Middleware {
	return async (context: Context) => {
		if (!route.outside && clientOf(context.req).public) throw nothingAt(context);
		const { session = '', subject = '' } = context.params as Record<string, string | undefined>;
		const isOwner = (caller: Caller) => route.ofPeerSession === true && access.isPeerSession(session, subject, caller);
		const caller = access.identify(context.req, isOwner);
		try {
			access.authorize(context.req, caller, route.role, route.looksOnly);
		} catch (error) {
			if (error instanceof StudioError && audit.concerns(route))
				audit.write(route, context, { caller, body: undefined, answer: null, outcome: error.code });
			throw error;
		}
		if (caller) gate.welcome(clientOf(context.req).address);
		if (caller?.aging) access.extend(context);
		const answer = await handled(route, context, caller, audit);
		if (context.status === 404) context.status = route.status ?? 200;
		if (answer !== undefined) context.body = answer;
	};
}

function paramsOf({ method, params }: Route, context: Context): unknown {
	if (!params) return undefined;
	const given = context.params as unknown;
	// A name that cannot exist is not found; only PUT, which would create it, calls it invalid.
	if (method !== 'PUT' && !params.safeParse(given).success) {
		throw nothingAt(context);
	}
	return validate(params, given, 'path');
}

async function bodyOf({ body, contentType = json }: Route, context: Context): Promise<unknown> {
	if (!body) return undefined;
	const given = contentType === json ? await readJson(context.req) : await readBody(context.req, contentType);
	return validate(body, given, 'body');
}

function nothingAt(context: Context): StudioError {
	return new StudioError('not-found', `there is nothing at ${context.path}`);
}

/** No route matched: wrong method, or unknown path. */
function refuse(router: Router, context: Context): never {
	const methods = new Set(router.match(context.path, context.method).path.flatMap((layer) => layer.methods));
	if (methods.size === 0 || clientOf(context.req).public) throw nothingAt(context);
	const allowed = [...methods].join(', ');
	context.set('Allow', allowed);
	throw new StudioError('method-not-allowed', `${context.path} does not allow ${context.method}; allowed: ${allowed}`);
}

/** The Koa application with all declared routes. */
export function createApp(options: AppOptions): Koa {
	const { routes, open, onAnswered, log } = options;
	const app = new Koa();
	const router = new Router({ sensitive: true });
	for (const route of routes) router.register(route.path, [route.method], middlewareOf(route, options));

	app.use(async (context, next) => {
		const requestId = randomBytes(6).toString('hex');
		context.set('X-Request-Id', requestId);
		setPolicies(context);
		const isOpen = open.is(context.path);
		if (isOpen) open.allow(context);
		try {
			if (clientOf(context.req).origin.length > maxOrigin)
				throw new StudioError('invalid', `Host: must not be longer than ${maxOrigin} characters`);
			await next();
		} catch (error) {
			if (clientLeft(error) && context.req.socket.destroyed) return;
			if (error instanceof StudioError && error.code === 'not-found' && wantsPage(context)) answerUnknownPage(context);
			else answerError(context, error instanceof StudioError ? error : internal(error, context, requestId), isOpen);
		} finally {
			onAnswered(context.method, context.status);
		}
	});
	app.use(router.routes());
	app.use((context) => refuse(router, context));

	/** The client gets only an id; the log has the details under it. */
	const internal = (error: unknown, context: Context, requestId: string): StudioError => {
		log.onceASecond(`internal ${context.method}`).error({ err: error, requestId, method: context.method }, 'internal error');
		return new StudioError('internal', `something went wrong inside the studio; see its log, request ${requestId}`);
	};
	// Errors while streaming an answer: the client hung up, or the disk failed.
	app.on('error', (error: NodeJS.ErrnoException) => {
		if (!clientLeft(error)) log.onceASecond('response').error({ err: error }, 'answer interrupted');
	});
	return app;
}
