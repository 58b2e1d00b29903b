import { common } from '../texts/common.js';
import { type Refusal, refusalOf, silence } from './refusal.js';

const usualTimeoutMs = 6000;
/** Checking a password is slow on purpose, and the show comes first. */
export const passwordTimeoutMs = 30_000;

/** The studio refused a request or did not answer; `message` is for the user. */
export class RequestError extends Error {
	override readonly name = 'RequestError';

	constructor(readonly refusal: Refusal) {
		super(refusal.message);
	}
}

export interface RequestOptions {
	body?: unknown;
	/** Sent as Bearer; without it the session cookie is used. */
	token?: string | null;
	timeoutMs?: number;
}

/** JSON in, JSON out, with a time limit. Throws only RequestError. */
export async function request<T>(
	method: string,
	path: string,
	{ body, token, timeoutMs = usualTimeoutMs }: RequestOptions = {},
): Promise<T> {
	const headers: Record<string, string> = { accept: 'application/json' };
	if (body !== undefined) headers['content-type'] = 'application/json';
	if (token) headers.authorization = `Bearer ${token}`;
	const signal = AbortSignal.timeout(timeoutMs);
	const response = await send(path, { method, headers, signal, body: body === undefined ? null : JSON.stringify(body) });
	const text = await response.text().catch(() => '');
	return (text === '' ? undefined : parseJson(text)) as T;
}

/** A fetch with a time limit; every failure is a RequestError. */
export async function send(path: string, init: RequestInit): Promise<Response> {
	let response: Response;
	try {
		response = await fetch(path, { cache: 'no-store', signal: AbortSignal.timeout(usualTimeoutMs), ...init });
	} catch (error) {
		throw new RequestError(silence(error instanceof DOMException && error.name === 'TimeoutError'));
	}
	if (response.ok) return response;
	const text = await response.text().catch(() => '');
	throw new RequestError(refusalOf(response.status, text, response.headers.get('retry-after')));
}

function parseJson(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		throw new RequestError({ status: 502, code: null, message: common.unreadable, retryAfterS: null });
	}
}

/** The sentence to show for anything thrown. */
export function sentence(error: unknown): string {
	return error instanceof Error ? error.message : String(error);
}
