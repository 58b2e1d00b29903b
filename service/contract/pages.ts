import { atLeast, type Role } from './roles.js';
import type { Session } from './sessions.js';

/** A page of the panel. `name` is also the key of its title in the panel's texts. */
export interface Page {
	name: string;
	/** Path for the router. */
	path: string;
	/** The lowest role that may open it; null for pages of guests and viewers, which bring their own token. */
	role: Role | null;
	/** Listed in the navigation of operator pages. */
	linked?: true;
	/** Also available under the public name. */
	outside?: true;
}

/** All pages; those in the navigation in their order. */
export const pages = [
	{ name: 'switcher', path: '/switcher', role: 'operator', linked: true },
	{ name: 'inputs', path: '/inputs', role: 'operator', linked: true },
	{ name: 'targets', path: '/outputs', role: 'operator', linked: true },
	{ name: 'recordings', path: '/recordings', role: 'operator', linked: true },
	{ name: 'ready', path: '/ready', role: 'operator', linked: true },
	{ name: 'showLog', path: '/log', role: 'operator', linked: true },
	{ name: 'system', path: '/system', role: 'operator', linked: true },
	{ name: 'network', path: '/network', role: 'operator' },
	{ name: 'settings', path: '/settings', role: 'operator' },
	{ name: 'users', path: '/users', role: 'operator' },
	{ name: 'health', path: '/health', role: 'operator' },
	{ name: 'systemLog', path: '/logs', role: 'operator' },
	{ name: 'account', path: '/account', role: 'viewer' },
	{ name: 'join', path: '/guest_join', role: null, outside: true },
	{ name: 'watch', path: '/watch/:streamer', role: null, outside: true },
] as const satisfies Page[];
export type PageName = (typeof pages)[number]['name'];

/** Where a page stands in `panel/pages`: `page.ts` of this folder, with the element `r58-FOLDER-page`. */
export function pageFolder(name: PageName | 'login'): string {
	return name.replace(/[A-Z]/g, (capital) => `-${capital.toLowerCase()}`);
}

/** The start page of a session. */
export function homeOf({ role, streamers }: Session): string {
	if (atLeast(role, 'operator')) return '/switcher';
	return role === 'guest' ? '/guest_join' : `/watch/${streamers?.[0] ?? 'program'}`;
}
