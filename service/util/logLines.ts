import type { LogLine, LogPage } from '../contract/health.js';
import type { LogLevel } from '../contract/levels.js';

const mostLines = 5000;
/** Longer lines keep only the message, so that the ring stays below 25 MB in the worst case; about 1 MB is normal. */
const mostChars = 4000;
/** Lines of earlier runs are numbered downwards from here. */
const firstSeq = 1_000_000;
/** Pino's levels. */
const levels: Record<number, LogLevel> = { 10: 'debug', 20: 'debug', 30: 'info', 40: 'warn', 50: 'error', 60: 'error' };
const rank: Record<LogLevel, number> = { debug: 0, info: 1, warn: 2, error: 3 };
/** Fields that name the subject of a line, in order of preference. */
const subjects = ['component', 'host', 'probe', 'subject', 'fault', 'key'] as const;

export interface LogFilter {
	since?: number;
	/** The minimum. */
	level?: LogLevel;
	component?: string;
	/** Anywhere in the line, case-insensitive. */
	text?: string;
	/** ISO 8601. */
	from?: string;
	to?: string;
	/** The newest ones. */
	limit?: number;
}

/** The last log lines, as written. */
export class LogLines {
	#lines: { seq: number; text: string }[] = [];
	#next = firstSeq;

	add(text: string): void {
		this.#lines.push({ seq: this.#next++, text: bounded(text.trimEnd()) });
		// In batches: moving 5000 entries for every line would be slow.
		if (this.#lines.length > mostLines + 500) this.#lines.splice(0, 500);
	}

	/** Lines from before this start, in order. */
	addEarlier(texts: readonly string[]): void {
		const room = Math.max(0, mostLines - this.#lines.length);
		const kept = room === 0 ? [] : texts.slice(-room);
		const first = (this.#lines[0]?.seq ?? this.#next) - kept.length;
		this.#lines.unshift(...kept.map((text, i) => ({ seq: first + i, text: bounded(text.trimEnd()) })));
	}

	/** The newest, as text. */
	texts(): string[] {
		return this.#kept.map(({ text }) => text);
	}

	page(filter: LogFilter): LogPage {
		const kept = this.#kept;
		const { since } = filter;
		const after = since === undefined ? kept : kept.filter(({ seq }) => seq >= since);
		const oldest = kept[0]?.seq ?? this.#next;
		const all = after.map(({ seq, text }) => parsed(seq, text));
		const lines = all.filter((line) => fits(line, filter)).slice(-(filter.limit ?? mostLines));
		return {
			lines,
			next: this.#next,
			missed: since === undefined ? 0 : Math.max(0, oldest - since),
			components: [...new Set(all.map(({ component }) => component))].sort(),
		};
	}

	get #kept(): { seq: number; text: string }[] {
		return this.#lines.slice(-mostLines);
	}
}

function fits({ at, level, component, message, details }: LogLine, filter: LogFilter): boolean {
	if (filter.level && rank[level] < rank[filter.level]) return false;
	if (filter.component && component !== filter.component) return false;
	if (filter.from && at < filter.from) return false;
	if (filter.to && at > filter.to) return false;
	return !filter.text || `${component} ${message} ${details}`.toLowerCase().includes(filter.text.toLowerCase());
}

/** A line's JSON: the logger's own fields, and whatever else was logged. */
type LoggedFields = Record<string, unknown>;

/** Lines that are not JSON (from a library, or a crash) count as warnings. */
function parsed(seq: number, text: string): LogLine {
	try {
		const { level, time, msg = '', ...rest } = JSON.parse(text) as LoggedFields;
		const key = subjects.find((name) => typeof rest[name] === 'string');
		const { [key ?? '']: _, ...details } = rest;
		return {
			seq,
			at: String(time),
			level: levels[Number(level)] ?? 'info',
			component: key === undefined ? 'service' : String(rest[key]).slice(0, 60),
			message: String(msg),
			details: Object.keys(details).length === 0 ? '' : JSON.stringify(details),
		};
	} catch {
		return { seq, at: '', level: 'warn', component: 'service', message: text, details: '' };
	}
}

function bounded(text: string): string {
	if (text.length <= mostChars) return text;
	const { at, level, component, message } = parsed(0, text);
	const number = Object.entries(levels).find(([, name]) => name === level)![0];
	return JSON.stringify({ level: Number(number), time: at, component, msg: message.slice(0, mostChars / 2), cut: text.length });
}
