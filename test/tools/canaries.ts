/** Secrets that are planted in a running service, to be looked for where no secret may be: log, state, figures, errors, bundles. */
import { randomBytes } from 'node:crypto';
import { inspect } from 'node:util';
import type { TestService } from './service.js';
import { patienceMs } from './wait.js';

export interface Canary {
	/** Which secret it is. */
	what: string;
	text: string;
}

/** A password costs a busy machine some time. */
const timeoutMs = patienceMs;
const made = () => `Canary${randomBytes(9).toString('hex')}`;

/** Plants one secret of each kind, in a demo. Those that the service makes itself are among them. */
export async function plantCanaries(service: TestService): Promise<Canary[]> {
	const token = service.ready.technicianToken;
	const canaries: Canary[] = [
		{ what: 'the operator’s token', text: service.ready.operatorToken },
		{ what: 'the technician’s token', text: token },
	];
	const plant = (what: string, text = made()): string => {
		canaries.push({ what, text });
		return text;
	};
	const ask = async <T>(method: string, path: string, body: unknown, as: string | null = token): Promise<T> => {
		const answer = await service.api<T>(method, path, body, { token: as, timeoutMs });
		if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${inspect(answer.body)}`);
		return answer.body;
	};
	const password = plant('a password');
	await ask('POST', '/api/users', { name: 'Canary keeper', role: 'operator', password });
	await ask('POST', '/api/session', { name: 'Canary keeper', password }, null);
	// Typed into the wrong field, as happens.
	await service.api(
		'POST',
		'/api/session',
		{ name: plant('a password as a name'), password: plant('a wrong password') },
		{ token: null, timeoutMs },
	);
	await service.api('POST', '/api/session', { token: plant('a wrong token') }, { token: null, timeoutMs });
	await service.api('GET', '/api/state', undefined, { token: plant('a wrong bearer token'), timeoutMs });
	const { code, url } = await ask<{ code: string; url: string }>('POST', '/api/account/code', {});
	plant('a login code', code);
	plant('a login code', new URL(url).hash.replace('#code=', ''));
	plant('a watch link', (await ask<{ token: string }>('POST', '/api/tokens', { label: 'Canary', role: 'viewer' })).token);
	plant('an invite', (await ask<{ token: string }>('POST', '/api/guests', { name: 'Canary' })).token);
	const servers = [
		{ name: 'shared', urls: ['turn:127.0.0.1:9'], secret: plant('a TURN secret') },
		{ name: 'fixed', urls: ['turn:127.0.0.1:9'], username: 'canary', credential: plant('a TURN credential') },
	];
	await ask('PATCH', '/api/settings', { network: { servers } });
	// A change that is refused has its secrets in the request alone.
	await service.api(
		'PATCH',
		'/api/settings',
		{ network: { servers: [{ name: 'x', urls: ['x'], secret: plant('a refused secret') }] } },
		{ token, timeoutMs },
	);
	return canaries;
}

/** Throws when a text holds a canary, and says which and where. */
export function refuteCanaries(text: string, canaries: readonly Canary[], where: string): void {
	for (const { what, text: canary } of canaries) {
		const at = text.indexOf(canary);
		if (at >= 0) throw new Error(`${what} is in ${where}: …${text.slice(Math.max(0, at - 80), at + canary.length + 20)}…`);
	}
}
