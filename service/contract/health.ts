/** Shapes of measurements, alerts and logs. */
import { z } from 'zod';
import { logLevels } from './levels.js';

export const systemHistorySchema = z.object({
	/** Between readings. */
	intervalMs: z.number(),
	groups: z.array(z.object({ id: z.string(), label: z.string(), unit: z.string() })),
	/** Times of the readings, ms since 1970. */
	times: z.array(z.number()),
	series: z.array(
		z.object({
			group: z.string(),
			name: z.string(),
			/** Above this something is wrong. */
			limit: z.number().nullable(),
			/** One per time; null where it was not measured. */
			values: z.array(z.number().nullable()),
		}),
	),
	/** What this machine cannot measure. */
	notMeasured: z.array(z.string()),
});
export type SystemHistory = z.infer<typeof systemHistorySchema>;

export const alertStatusSchema = z.object({
	/** Host of the webhook, without the path, which may be a secret; null when none is set. */
	to: z.string().nullable(),
	sent: z.number().int(),
	/** Given up after all attempts. */
	failed: z.number().int(),
	/** Dropped because too many were waiting. */
	dropped: z.number().int(),
	waiting: z.number().int(),
	lastError: z.string().nullable(),
});
export type AlertStatus = z.infer<typeof alertStatusSchema>;
export const alertTestSchema = z.object({ delivered: z.boolean(), message: z.string(), ms: z.number() });
export type AlertTest = z.infer<typeof alertTestSchema>;

export const logLineSchema = z.object({
	/** Line numbers increase by one. */
	seq: z.number().int(),
	at: z.string(),
	level: z.enum(logLevels),
	/** The subject: the first of fault, host, probe … in the line, or service. */
	component: z.string(),
	message: z.string(),
	/** The rest, as JSON; empty when there is none. */
	details: z.string(),
});
export type LogLine = z.infer<typeof logLineSchema>;
export const logPageSchema = z.object({
	lines: z.array(logLineSchema),
	/** For the next request's `since`. */
	next: z.number().int(),
	/** Lines that were dropped between the request's `since` and the oldest kept. */
	missed: z.number().int(),
	components: z.array(z.string()),
});
export type LogPage = z.infer<typeof logPageSchema>;
