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
/** Scheme, host name (RFC 1035 §2.3.4) and port. Links and QR codes are made of what a client calls the studio. */
const maxOrigin = 'https://'.length + 253 + ':65535'.length;
/** Codes of sockets that the client closed: nobody is left to answer, nothing went wrong here. */
const leavingCodes = ['ECONNRESET', 'EPIPE', 'ERR_STREAM_PREMATURE_CLOSE', 'ECANCELED'];

/** HPE: what came was no HTTP; the error holds the client's bytes, tokens among them, which belong into no log. */
function clientLeft(error: unknown): boolean {
	const { code = '' } = error as NodeJS.ErrnoException;
	return leavingCodes.includes(code) || code.startsWith('HPE_');
}

/** One request as it went. */
export interface Happened {
	caller: Caller | null;
	body: unknown;
	answer: unknown;
	/** `done`, or the code of the refusal. */
	outcome: 'done' | StudioError['code'];
}

/** What the application asks of the rest of the service. */
export interface AppOptions {
	routes: readonly Route[];
	access: Access & {
		/** A browser's session goes on while it is used. */
		extend(context: Context): void;
		/** Whether a session of a peer, named in a path, is of this caller. */
		isPeerSession(session: string, subject: string, caller: Caller): boolean;
	};
	audit: {
		concerns(route: Route): boolean;
		write(route: Route, context: Context, happened: Happened): void;
	};
	gate: Pick<Gate, 'welcome'>;
	/** Paths that other origins may ask, which get errors as problem+json. */
	open: { is(path: string): boolean; allow(context: Context): void };
	onAnswered(method: string, status: number): void;
	log: Log;
}

/** The handler, and a line in the audit for what is to be traced. */
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

/** One declared route as middleware: who calls, may they, is it well formed; then the handler. */
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
	// A name that cannot exist is not there; only to who would make it, it is wrong.
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

/** What no route took: the method is wrong, or there is nothing. */
function refuse(router: Router, context: Context): never {
	const methods = new Set(router.match(context.path, context.method).path.flatMap((layer) => layer.methods));
	if (methods.size === 0 || clientOf(context.req).public) throw nothingAt(context);
	const allowed = [...methods].join(', ');
	context.set('Allow', allowed);
	throw new StudioError('method-not-allowed', `${context.method} is not possible at ${context.path}; possible: ${allowed}`);
}

/** The Koa application of all declared routes. */
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
				throw new StudioError('invalid', `Host: no address is longer than ${maxOrigin} characters`);
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

	/** The details are for the log; who asked gets the number to find them by. */
	const internal = (error: unknown, context: Context, requestId: string): StudioError => {
		log.onceASecond(`internal ${context.method}`).error({ err: error, requestId, method: context.method }, 'internal error');
		return new StudioError('internal', `something went wrong inside the studio; its log has the details under ${requestId}`);
	};
	// Errors of streams that were being sent: the client hung up, or the disk failed.
	app.on('error', (error: NodeJS.ErrnoException) => {
		if (!clientLeft(error)) log.onceASecond('response').error({ err: error }, 'answer broken off');
	});
	return app;
}
