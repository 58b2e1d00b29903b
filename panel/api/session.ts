import type { Role, Session } from '../../service/api/schema.js';
import { RequestError, request } from './http.js';

/** The token in the fragment of this page's address, or null. Fragments never reach a server or its logs. */
export function fragmentToken(): string | null {
	const token = decodeURIComponent(location.hash.slice(1));
	return token === '' ? null : token;
}

/** Takes the fragment out of the address bar and the history, so that it is not shared or shown by accident. */
export function hideFragment(): void {
	history.replaceState(history.state, '', location.pathname + location.search);
}

/** What this page logged in with. Only in memory: a page that stays open outlives a studio that forgot its sessions. */
let lastToken: string | null = null;

/** Logs in; sets the session cookie. */
export async function signIn(token: string): Promise<Session> {
	const session = await create(token);
	lastToken = token;
	return session;
}

/** Logs in again with what this page logged in with; false when there is nothing or it counts no more. */
export async function renew(): Promise<boolean> {
	if (lastToken === null) return false;
	return create(lastToken).then(
		() => true,
		() => false,
	);
}

function create(token: string): Promise<Session> {
	return request<Session>('POST', '/api/session', { body: { token } });
}

/** Who the cookie, or the token, belongs to; null when it counts for nothing. */
export async function currentSession(token: string | null = null): Promise<Session | null> {
	try {
		return await request<Session>('GET', '/api/session', { token });
	} catch (error) {
		if (error instanceof RequestError && [401, 403].includes(error.refusal.status)) return null;
		throw error;
	}
}

export function signOut(): Promise<void> {
	return request('DELETE', '/api/session');
}

const order: readonly Role[] = ['viewer', 'guest', 'operator', 'technician'];

export function atLeast(role: Role, needed: Role): boolean {
	return order.indexOf(role) >= order.indexOf(needed);
}

/** Where `/` leads each role. */
export function pageOf(session: Session): string {
	if (atLeast(session.role, 'operator')) return '/switcher';
	return session.role === 'guest' ? '/guest_join' : `/watch/${session.streamers?.[0] ?? 'program'}`;
}
