import { maxReturns } from '../rtc/places.js';

/** Why one more may not watch the program or the multiview, or null. Returns are not counted: each guest has one. */
export function viewersFull(watching: number, most: number): string | null {
	return watching < most ? null : `${most} people watch, which is the most that may (network.limits.viewers)`;
}

/** Why one more may not watch a return, or null. */
export function returnsFull(watching: number): string | null {
	return watching < maxReturns ? null : `the returns have ${maxReturns} viewers, which is the most they serve`;
}
