import { timingSafeEqual } from 'node:crypto';

/** Takes as long for a near miss as for a far one. */
export function sameSecret(given: string, wanted: string): boolean {
	const [a, b] = [Buffer.from(given), Buffer.from(wanted)];
	return a.length === b.length && timingSafeEqual(a, b);
}
