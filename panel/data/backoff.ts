/** The wait after so many failures in a row: none, then 500 ms doubling up to 3 s, less up to 20 %: panels do not come back in step. */
export function backoffMs(failures: number, random: () => number = Math.random): number {
	if (failures <= 0) return 0;
	return Math.min(3000, 250 * 2 ** failures) * (1 - 0.2 * random());
}
