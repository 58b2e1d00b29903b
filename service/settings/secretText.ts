import type { z } from 'zod';
import { isSealed } from '../store/deviceKey.js';

/** Of any secret, however it stands in the file. */
const mostSealed = 2048;

/** A secret of at most so many characters; sealed it is longer. */
export function secretText(text: z.ZodString, most: number) {
	return text.max(mostSealed).refine((given) => isSealed(given) || given.length <= most, `must have ${most} characters at most`);
}
