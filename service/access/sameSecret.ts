import { timingSafeEqual } from 'node:crypto';

/** Constant time: a near miss takes as long as a far one. */
export function sameSecret(given: string, wanted: string): boolean {
	const [a, b] = [Buffer.from(given), Buffer.from(wanted)];
	return a.length === b.length && timingSafeEqual(a, b);
}
