import { Readable } from 'node:stream';
import { z } from 'zod';
import {
	type LogEntry,
	type LogFilter,
	logEntrySchema,
	logFilterSchema,
	logNoteSchema,
	logPageSchema,
	logQuerySchema,
} from '../contract/showLog.js';
import { RateLimit, rateKey } from '../http/rates.js';
import { type Route, route } from '../http/route.js';
import type { TableList } from '../util/boundedMap.js';
import { byteOrderMark, csvLine } from './csv.js';
import type { ShowLog } from './showLog.js';

const columns = [
	'at',
	'timecode',
	'kind',
	'event',
	'subject',
	'text',
	'who',
	'scene',
	'frame',
	'ptsNs',
	'monoNs',
	'run',
] as const;
const exportPage = 500;
/** Faster than anybody types; the log's oldest entries go when there are too many. */
const noteRate = { client: { burst: 20, perSecond: 0.5 }, all: { burst: 40, perSecond: 1 } };

export function showLogRoutes(showLog: ShowLog, tables: TableList): Route[] {
	const notes = new RateLimit(noteRate.client, noteRate.all);
	tables.push(() => ({ 'note rates': notes.table }));
	return [
		route({
			method: 'GET',
			path: '/api/log',
			role: 'operator',
			summary: 'What happened in the show and who did it, newest first; `before` pages back, `after` returns what is new',
			query: logQuerySchema,
			response: logPageSchema,
			handler: ({ query }) => showLog.find(query),
		}),
		route({
			method: 'POST',
			path: '/api/log',
			role: 'operator',
			summary: 'Add a note to the show log',
			log: null,
			body: logNoteSchema,
			status: 201,
			response: logEntrySchema,
			handler: ({ context, body, caller }) => {
				notes.check(rateKey(caller!, context.req));
				return showLog.note(body.text, caller!.name, body.agoMs);
			},
		}),
		route({
			method: 'GET',
			path: '/api/log/export',
			role: 'operator',
			summary: 'The show log as a file, oldest first: CSV or JSON',
			query: logFilterSchema.extend({ format: z.enum(['csv', 'json']) }),
			handler: ({ context, query: { format, ...filter } }) => {
				context.attachment(`show-log.${format}`);
				context.body = Readable.from(format === 'csv' ? csvOf(showLog, filter) : jsonOf(showLog, filter));
			},
		}),
	];
}

/** In pages, so that a long log does not hold anything up. */
function* allOf(showLog: ShowLog, filter: LogFilter): Generator<LogEntry[]> {
	let after = 0;
	for (;;) {
		const entries = showLog.oldest({ ...filter, after, limit: exportPage });
		if (entries.length > 0) yield entries;
		if (entries.length < exportPage) return;
		after = entries.at(-1)!.id;
	}
}

function* csvOf(showLog: ShowLog, filter: LogFilter): Generator<string> {
	yield byteOrderMark + csvLine(columns);
	for (const entries of allOf(showLog, filter))
		yield entries.map((entry) => csvLine(columns.map((column) => entry[column]))).join('');
}

function* jsonOf(showLog: ShowLog, filter: LogFilter): Generator<string> {
	let separator = '[\n';
	for (const entries of allOf(showLog, filter)) {
		yield separator + entries.map((entry) => JSON.stringify(entry)).join(',\n');
		separator = ',\n';
	}
	yield separator === ',\n' ? '\n]\n' : '[]\n';
}
