import { maxReturns } from '../rtc/places.js';

/** Why no more viewers are accepted for program or multiview, or null. Returns are not counted: each guest has one. */
export function viewersFull(watching: number, most: number): string | null {
	return watching < most ? null : `${most} people are watching, the maximum (network.limits.viewers)`;
}

/** Why no more viewers are accepted for a return, or null. */
export function returnsFull(watching: number): string | null {
	return watching < maxReturns ? null : `the returns have ${maxReturns} viewers, the maximum`;
}
