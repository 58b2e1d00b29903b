/** Roles, lowest first. */
export const roles = ['viewer', 'guest', 'operator', 'technician'] as const;
export type Role = (typeof roles)[number];

export function atLeast(role: Role, needed: Role): boolean {
	return roles.indexOf(role) >= roles.indexOf(needed);
}
