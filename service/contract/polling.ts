/** Signalling by polling. */
import { z } from 'zod';

/** browser: sends the offer. vm: answers it. */
export const pollingSides = ['vm', 'browser'] as const;
export type PollingSide = (typeof pollingSides)[number];
/** Clients send further members; they are ignored. */
export const polledDescriptionSchema = z.object({
	type: z.enum(['offer', 'answer']).optional(),
	sdp: z
		.string()
		.max(32 * 1024)
		.regex(/^v=0\r?\n/, 'must be SDP: it starts with v=0'),
});
export const polledCreateSchema = z.object({
	/** Empty at the end of the candidates. */
	candidate: z
		.string()
		.max(512)
		.regex(/^(candidate:[^\r\n]+)?$/, 'must be one line that starts with candidate:'),
	sdpMLineIndex: z.number().int().min(0).max(31).nullish(),
	sdpMid: z.string().max(64).nullish(),
	from: z.enum(pollingSides),
});
/** timestamp: ms, later for each candidate than for the one before. */
export const polledCandidateSchema = polledCreateSchema.omit({ from: true }).extend({ timestamp: z.number().int() });
export type PolledCandidate = z.infer<typeof polledCandidateSchema>;
