/**
 * Wait after this many failures in a row: none, then 500 ms doubling to 3 s, minus up to 20 % so that panels do not reconnect in
 * step.
 */
export function backoffMs(failures: number, random: () => number = Math.random): number {
	if (failures <= 0) return 0;
	return Math.min(3000, 250 * 2 ** failures) * (1 - 0.2 * random());
}
