import { z } from 'zod';
import { humanText } from './humanText.js';

export const logKinds = ['take', 'recording', 'source', 'guest', 'target', 'fault', 'audio', 'system', 'action', 'note'] as const;
export type LogKind = (typeof logKinds)[number];

export const logEntrySchema = z.object({
	id: z.number().int(),
	/** With the machine's UTC offset: "2026-05-01T19:30:00.120+02:00". */
	at: z.string(),
	/** Monotonic clock, ns. Comparable within one run of the service. */
	monoNs: z.string().regex(/^\d+$/),
	/** The run of the service that wrote it. */
	run: z.string(),
	kind: z.enum(logKinds),
	/** One word: cut, take, raised, cleared, joined, left, started, stopped, part, muted … */
	event: z.string(),
	/** Id of the subject: a source, guest, target, recording, strip or scene. */
	subject: z.string().nullable(),
	/** For people. */
	text: z.string(),
	/** Who did it; null for what happened by itself. */
	who: z.string().nullable(),
	/** The program's scene from here on, by its label; for takes and the start of the service. */
	scene: z.string().nullable(),
	/** The first program frame that shows it, on the machine's grid, and its time; for takes and recordings only. */
	frame: z.number().int().nullable(),
	ptsNs: z.string().regex(/^\d+$/).nullable(),
	/** Program time since this run of the service started, HH:MM:SS:FF, non-drop. */
	timecode: z.string(),
});
export type LogEntry = z.infer<typeof logEntrySchema>;

/** What callers pass to the log; it adds the rest. */
export type Happening = Pick<LogEntry, 'kind' | 'event' | 'text'> &
	Partial<Pick<LogEntry, 'subject' | 'who' | 'scene' | 'frame' | 'ptsNs'>>;

const time = z.iso.datetime({ offset: true, error: 'must be a time like 2026-05-01T19:30:00Z' });
const kinds = z
	.string()
	.transform((text) => text.split(','))
	.pipe(z.array(z.enum(logKinds)).min(1).max(logKinds.length));
const entryId = z.coerce.number().int().min(0).max(Number.MAX_SAFE_INTEGER);

export const logFilterSchema = z.strictObject({
	since: time.optional(),
	until: time.optional(),
	/** One or more, comma-separated. */
	kind: kinds.optional(),
	/** Searched in text, person and subject. */
	text: z.string().max(200).optional(),
});
export type LogFilter = z.infer<typeof logFilterSchema>;

export const logQuerySchema = logFilterSchema.extend({
	/** Entries newer, or older, than the one with this id. */
	after: entryId.optional(),
	before: entryId.optional(),
	limit: z.coerce.number().int().min(1).max(1000).default(200),
});
export type LogQuery = z.infer<typeof logQuerySchema>;

export const logPageSchema = z.object({
	/** Newest first. */
	entries: z.array(logEntrySchema),
	/** `before` for the next page; null on the last. */
	next: z.number().int().nullable(),
	/** Entries removed because of age or number. */
	purged: z.number().int(),
	/** Entries of this run that could not be written. */
	dropped: z.number().int(),
});
export type LogPage = z.infer<typeof logPageSchema>;

export const logNoteSchema = z.strictObject({
	text: humanText(300),
	/** How long ago it happened: writing takes a while. */
	agoMs: z.number().int().min(0).max(600_000).default(0),
});
export type LogNote = z.input<typeof logNoteSchema>;
