import { z } from 'zod';
import { faultSchema } from './faults.js';
import { showPlanSchema } from './ready.js';
import { unit } from './values.js';

export const systemSchema = z.object({
	version: z.string(),
	startedAt: z.string(),
	/** After three crashes in a row: inputs stay off until a technician starts them. */
	safeMode: z.boolean(),
	canvas: z.object({ width: z.number().int(), height: z.number().int(), fpsNum: z.number().int(), fpsDen: z.number().int() }),
	slots: z.object({ total: z.number().int(), used: z.number().int() }),
	disk: z.object({ path: z.string(), freeBytes: z.number(), totalBytes: z.number() }).nullable(),
	cpuPct: z.number().nullable(),
	memoryBytes: z.number().nullable(),
	temperatureC: z.number().nullable(),
	/** Sound cards that can record. */
	soundCards: z.array(z.object({ device: z.string(), label: z.string() })),
	/** The outbound tunnel for guests; waiting: it failed and will be retried. */
	tunnel: z.enum(['off', 'connecting', 'up', 'waiting']),
	/** The planned length of the show. */
	plan: showPlanSchema,
	/** What is visible and audible on program, measured there; null until the mixer has reported. */
	program: z
		.object({
			/** black: nothing is visible although the scene has sources. empty: the scene has none, or black is intended. */
			picture: z.enum(['shown', 'black', 'empty']),
			/** silent: nothing is audible although a strip is open. muted: none is open. */
			sound: z.enum(['heard', 'silent', 'muted']),
		})
		.nullable(),
	/** The layout of the multiview; see service/show/multiview.ts. */
	multiview: z.object({
		columns: z.number().int(),
		rows: z.number().int(),
		tiles: z.record(z.string(), z.object({ x: unit, y: unit, w: unit, h: unit })),
	}),
});
export type System = z.infer<typeof systemSchema>;
export const safeModePostSchema = z.strictObject({ leave: z.literal(true) });
const hostFiguresSchema = z.object({
	pid: z.number().int().nullable(),
	/** waiting: it failed and will be retried. stuck: it was killed but does not die. */
	state: z.enum(['off', 'starting', 'running', 'waiting', 'held-off', 'stuck']),
	restarts: z.number().int(),
	cpuPct: z.number().nullable(),
	rssBytes: z.number().nullable(),
	/** Counters of its elements, by name. */
	elements: z.record(z.string(), z.record(z.string(), z.unknown())),
});
export type HostFigures = z.infer<typeof hostFiguresSchema>;
export const hostStatusSchema = z.object({ role: z.string(), name: z.string(), ...hostFiguresSchema.shape });
export type HostStatus = z.infer<typeof hostStatusSchema>;
export const statusSchema = z.object({
	version: z.string(),
	startedAt: z.string(),
	uptimeS: z.number(),
	onAir: z.boolean(),
	safeMode: z.boolean(),
	service: z.object({ pid: z.number().int(), rssBytes: z.number() }),
	hosts: z.array(hostStatusSchema),
	faults: z.array(faultSchema),
});
export type Status = z.infer<typeof statusSchema>;
