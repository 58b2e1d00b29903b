import type { z } from 'zod';
import { isSealed } from '../store/deviceKey.js';

/** Of any secret, sealed or not. */
const mostSealed = 2048;

/** A secret of at most this many characters; sealed ones are longer. */
export function secretText(text: z.ZodString, most: number) {
	return text.max(mostSealed).refine((given) => isSealed(given) || given.length <= most, `must have at most ${most} characters`);
}
