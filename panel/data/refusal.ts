import { common } from '../texts/common.js';

/** What the service said no with, whatever the form: `{error:{code,message}}` or problem+json (RFC 9457). */
export interface Refusal {
	/** HTTP status; 0 when there was no answer at all. */
	status: number;
	code: string | null;
	/** A sentence for the person at the screen. */
	message: string;
	/** What is wrong with single fields, by their path like `network.servers.0.secret`. */
	fields?: Readonly<Record<string, string>>;
	/** Seconds after which trying again makes sense (Retry-After). */
	retryAfterS: number | null;
}

export function sentenceOf(status: number): string {
	const sentences: Record<number, string> = common.refusals;
	return sentences[status] ?? sentences[Math.floor(status / 100) * 100] ?? common.status(status);
}

/** Reads an answer that was not a success. The service's own sentence wins over the general one. */
export function refusalOf(status: number, body: string, retryAfter: string | null): Refusal {
	const parsed = parse(body);
	const error = isBody(parsed?.error) ? parsed.error : parsed;
	const text = [error?.message, error?.detail, error?.title].find((value) => typeof value === 'string' && value !== '');
	const code = typeof error?.code === 'string' ? error.code : null;
	const seconds = Number(retryAfter);
	return {
		status,
		code,
		// What the service says about a missing login is for programs, not for the person at the screen.
		message: status === 401 ? sentenceOf(status) : asSentence((text as string | undefined) ?? sentenceOf(status)),
		retryAfterS: retryAfter !== null && Number.isFinite(seconds) && seconds >= 0 ? seconds : null,
		...fieldsOf(error?.detail),
	};
}

/** No answer: the network is down, or the wait was bounded and ran out. */
export function silence(timedOut: boolean): Refusal {
	const message = timedOut ? common.timedOut : sentenceOf(0);
	return { status: 0, code: timedOut ? 'timeout' : null, message, retryAfterS: null };
}

/** False for what a further try cannot change: a wrong token or a format this browser does not have. */
export function mayRetry({ status }: Refusal): boolean {
	return ![400, 401, 403, 413, 415, 422].includes(status);
}

/** What a program says about itself, as people write it. */
export function asSentence(text: string): string {
	const trimmed = text.trim();
	return `${trimmed.charAt(0).toUpperCase()}${trimmed.slice(1)}${/[.!?…]$/.test(trimmed) ? '' : '.'}`;
}

function fieldsOf(detail: unknown): Pick<Refusal, 'fields'> {
	if (!Array.isArray(detail)) return {};
	const errors = detail.filter(isBody).map(({ field, message }) => [String(field), asSentence(String(message))]);
	return { fields: Object.fromEntries(errors) as Record<string, string> };
}

/** An error's JSON, or an entry of its `detail`, before any field is checked. */
interface ErrorBody {
	error?: unknown;
	code?: unknown;
	message?: unknown;
	detail?: unknown;
	title?: unknown;
	field?: unknown;
}

function parse(body: string): ErrorBody | null {
	try {
		const value: unknown = JSON.parse(body);
		return isBody(value) ? value : null;
	} catch {
		return null;
	}
}

function isBody(value: unknown): value is ErrorBody {
	return typeof value === 'object' && value !== null;
}
