/** Wait before try number `failures` + 1: at once, then doubling from 500 ms, capped at 3 s, with up to 20 % taken off so that
 * many panels do not come back in step. */
export function backoffMs(failures: number, random: () => number = Math.random): number {
	if (failures <= 0) return 0;
	return Math.min(3000, 250 * 2 ** failures) * (1 - 0.2 * random());
}
