import { common } from '../texts/common.js';

/** Why the service refused, from either format: `{error:{code,message}}` or problem+json (RFC 9457). */
export interface Refusal {
	/** HTTP status; 0: no answer. */
	status: number;
	code: string | null;
	/** A sentence for the user. */
	message: string;
	/** Errors of single fields, by path like `network.servers.0.secret`. */
	fields?: Readonly<Record<string, string>>;
	/** Seconds to wait before trying again (Retry-After). */
	retryAfterS: number | null;
}

export function sentenceOf(status: number): string {
	const sentences: Record<number, string> = common.refusals;
	return sentences[status] ?? sentences[Math.floor(status / 100) * 100] ?? common.status(status);
}

/** Reads an error response. The service's own sentence wins over the general one. */
export function refusalOf(status: number, body: string, retryAfter: string | null): Refusal {
	const parsed = parse(body);
	const error = isBody(parsed?.error) ? parsed.error : parsed;
	const text = [error?.message, error?.detail, error?.title].find((value) => typeof value === 'string' && value !== '');
	const code = typeof error?.code === 'string' ? error.code : null;
	const seconds = Number(retryAfter);
	return {
		status,
		code,
		// The service's message about a missing login is for software, not for the user.
		message: status === 401 ? sentenceOf(status) : asSentence((text as string | undefined) ?? sentenceOf(status)),
		retryAfterS: retryAfter !== null && Number.isFinite(seconds) && seconds >= 0 ? seconds : null,
		...fieldsOf(error?.detail),
	};
}

/** No answer: the network is down, or the request timed out. */
export function silence(timedOut: boolean): Refusal {
	const message = timedOut ? common.timedOut : sentenceOf(0);
	return { status: 0, code: timedOut ? 'timeout' : null, message, retryAfterS: null };
}

/** False if another attempt cannot help: a wrong token, or a format this browser does not have. */
export function mayRetry({ status }: Refusal): boolean {
	return ![400, 401, 403, 413, 415, 422].includes(status);
}

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
