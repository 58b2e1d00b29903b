/** Shapes of what is measured over time, of alerts and of logs. */
import { z } from 'zod';
import { logLevels } from './levels.js';

export const systemHistorySchema = z.object({
	/** From one reading to the next. */
	intervalMs: z.number(),
	groups: z.array(z.object({ id: z.string(), label: z.string(), unit: z.string() })),
	/** Of the readings, ms since 1970. */
	times: z.array(z.number()),
	series: z.array(
		z.object({
			group: z.string(),
			name: z.string(),
			/** Beyond it something is wrong. */
			limit: z.number().nullable(),
			/** One for each of times; null where it was not measured. */
			values: z.array(z.number().nullable()),
		}),
	),
	/** What this machine does not tell. */
	notMeasured: z.array(z.string()),
});
export type SystemHistory = z.infer<typeof systemHistorySchema>;

export const alertStatusSchema = z.object({
	/** Host of the webhook, without the path, which may be a secret; null when none is set. */
	to: z.string().nullable(),
	sent: z.number().int(),
	/** Given up after all tries. */
	failed: z.number().int(),
	/** Left out because too many waited. */
	dropped: z.number().int(),
	waiting: z.number().int(),
	lastError: z.string().nullable(),
});
export type AlertStatus = z.infer<typeof alertStatusSchema>;
export const alertTestSchema = z.object({ delivered: z.boolean(), message: z.string(), ms: z.number() });
export type AlertTest = z.infer<typeof alertTestSchema>;

export const logLineSchema = z.object({
	/** Numbers of lines grow by one. */
	seq: z.number().int(),
	at: z.string(),
	level: z.enum(logLevels),
	/** What it is about: the first of fault, host, probe … that it names, or service. */
	component: z.string(),
	message: z.string(),
	/** The rest, as JSON; empty when there is none. */
	details: z.string(),
});
export type LogLine = z.infer<typeof logLineSchema>;
export const logPageSchema = z.object({
	lines: z.array(logLineSchema),
	/** To ask with for what comes next. */
	next: z.number().int(),
	/** Lines between what was asked for and what is still there. */
	missed: z.number().int(),
	components: z.array(z.string()),
});
export type LogPage = z.infer<typeof logPageSchema>;
