import { z } from 'zod';
import { type LogLine, logPageSchema } from '../contract/health.js';
import { logLevels } from '../contract/levels.js';
import { type Route, route } from '../http/route.js';
import type { Log } from '../util/log.js';
import type { LogFilter } from '../util/logLines.js';

const time = z.iso.datetime({ offset: true }).transform((text) => new Date(text).toISOString());
const filterSchema = z.strictObject({
	/** Number of the first line. */
	since: z.coerce.number().int().min(0).optional(),
	level: z.enum(logLevels).optional(),
	component: z.string().max(60).optional(),
	text: z.string().max(200).optional(),
	from: time.optional(),
	to: time.optional(),
	/** The newest ones. */
	limit: z.coerce.number().int().min(1).max(5000).default(1000),
});

export function logRoutes(log: Log): Route[] {
	return [
		route({
			method: 'GET',
			path: '/api/logs',
			role: 'technician',
			summary: 'The last log lines, by minimum level, component, text and time; `since` is `next` of the previous answer',
			query: filterSchema,
			response: logPageSchema,
			handler: ({ query }) => log.lines.page(query as LogFilter),
		}),
		route({
			method: 'GET',
			path: '/api/logs/file',
			role: 'technician',
			summary: 'The same as a text file',
			contentType: 'text/plain',
			query: filterSchema,
			handler: ({ context, query }) => {
				const { lines } = log.lines.page(query as LogFilter);
				const name = `r58-log-${new Date().toISOString().slice(0, 19).replaceAll(':', '')}.txt`;
				context.attachment(name);
				return lines.map(asText).join('');
			},
		}),
	];
}

function asText({ at, level, component, message, details }: LogLine): string {
	return `${[at, level.toUpperCase(), component, message, details].filter((part) => part !== '').join('  ')}\n`;
}
