export interface BackoffRange {
	firstMs: number;
	capMs: number;
}

/** None before the first failure; then `firstMs`, doubled with every further one, up to `capMs`. */
export function doublingMs(failures: number, { firstMs, capMs }: BackoffRange): number {
	return failures <= 0 ? 0 : Math.min(capMs, firstMs * 2 ** (failures - 1));
}

/** The wait after this many failures in a row, ±20 %, so that things that fail together do not retry in step. */
export function backoffMs(failures: number, range: BackoffRange, random: () => number = Math.random): number {
	return doublingMs(failures, range) * (0.8 + 0.4 * random());
}
