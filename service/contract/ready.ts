import { z } from 'zod';

/** off: not configured, or cannot be measured here; the text says which. Never counts as ok. */
export const checkStatuses = ['ok', 'warn', 'fail', 'off'] as const;
export type CheckStatus = (typeof checkStatuses)[number];
export const checkGroups = ['studio', 'inputs', 'sound', 'guests', 'recording', 'outputs', 'machine'] as const;
export type CheckGroup = (typeof checkGroups)[number];

export const checkSchema = z.object({
	/** Unique in the report: "input-hdmi1". */
	id: z.string(),
	group: z.enum(checkGroups),
	/** Display name of the subject. */
	subject: z.string(),
	status: z.enum(checkStatuses),
	text: z.string(),
	/** What to do; null when there is nothing to do. */
	remedy: z.string().nullable(),
	/** When it was last tested, for checks that need an active test. */
	testedAt: z.string().nullable(),
});
export type Check = z.infer<typeof checkSchema>;

/** The planned show: length and recordings. Kept with the show. */
export const showPlanSchema = z.strictObject({
	/** Null: not set. */
	minutes: z
		.number()
		.int()
		.min(1)
		.max(366 * 1440)
		.nullable(),
});
export type ShowPlan = z.infer<typeof showPlanSchema>;

export const readySchema = z.object({
	at: z.string(),
	/** The worst of the checks. */
	status: z.enum(['ok', 'warn', 'fail']),
	counts: z.record(z.enum(checkStatuses), z.number().int()),
	plan: showPlanSchema,
	/** The active tests, of targets and the disk. */
	test: z.object({
		running: z.boolean(),
		done: z.number().int(),
		total: z.number().int(),
		finishedAt: z.string().nullable(),
	}),
	checks: z.array(checkSchema),
});
export type Ready = z.infer<typeof readySchema>;

/** The result of a check. */
export type Finding = Pick<Check, 'status' | 'text'> & { remedy?: string | null };

export const ok = (text: string): Finding => ({ status: 'ok', text });
export const off = (text: string, remedy: string | null = null): Finding => ({ status: 'off', text, remedy });
export const warn = (text: string, remedy: string | null = null): Finding => ({ status: 'warn', text, remedy });
export const fail = (text: string, remedy: string | null = null): Finding => ({ status: 'fail', text, remedy });

export function check(
	group: CheckGroup,
	id: string,
	subject: string,
	{ status, text, remedy = null }: Finding,
	testedAt: string | null = null,
): Check {
	return { id, group, subject, status, text, remedy, testedAt };
}
