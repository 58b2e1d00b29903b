import type { Session, SessionCreate } from '../../service/contract/sessions.js';
import { passwordTimeoutMs, RequestError, request } from './http.js';

/** The token in the fragment of this page's address, or null. Fragments never reach a server or its logs. */
export function fragmentToken(): string | null {
	const token = decodeURIComponent(location.hash.slice(1));
	return token === '' ? null : token;
}

/** The login in the fragment: `#TOKEN`, or `#code=CODE` from the QR code of a one-time login. */
export function fragmentLogin(): SessionCreate | null {
	const text = fragmentToken();
	if (text === null) return null;
	return text.startsWith('code=') ? { code: text.slice(5) } : { token: text };
}

/** Removes the fragment from the address bar and the history, so that it is not shared or shown by accident. */
export function hideFragment(): void {
	history.replaceState(history.state, '', location.pathname + location.search);
}

/** The token this page logged in with. In memory only; it lets an open page survive a studio that has forgotten its sessions. */
let lastToken: string | null = null;

/** Logs in; sets the session cookie. */
export async function signIn(login: SessionCreate): Promise<Session> {
	const session = await create(login);
	lastToken = 'token' in login ? login.token : null;
	return session;
}

/** Logs in again with the same token; false if there is none or it is no longer valid. */
export async function renew(): Promise<boolean> {
	if (lastToken === null) return false;
	return create({ token: lastToken }).then(
		() => true,
		() => false,
	);
}

function create(body: SessionCreate): Promise<Session> {
	return request<Session>('POST', '/api/session', { body, ...('password' in body && { timeoutMs: passwordTimeoutMs }) });
}

/** Who the cookie or the token belongs to; null if it is not valid. */
export async function currentSession(token: string | null = null): Promise<Session | null> {
	try {
		return await request<Session>('GET', '/api/session', { token });
	} catch (error) {
		if (error instanceof RequestError && [401, 403].includes(error.refusal.status)) return null;
		throw error;
	}
}

function signOut(): Promise<void> {
	return request('DELETE', '/api/session');
}

/** Ends the session and leads to the login. */
export async function logOut(): Promise<void> {
	await signOut().catch(() => undefined);
	location.assign('/');
}
