/** WHIP and WHEP as a client speaks them, by plain HTTP to the real service. */
import * as assert from 'uvu/assert';
import type { GuestInvite } from '../../../service/contract/guests.js';
import type { TestService } from '../service.js';
import { patienceMs, pause } from '../wait.js';

export const sdpType = 'application/sdp';
export const fragmentType = 'application/trickle-ice-sdpfrag';

export interface Ask {
	token?: string | null;
	type?: string;
	body?: string | Uint8Array;
	headers?: Record<string, string>;
	/** Default: the plain server of loopback. */
	origin?: string;
}
export interface Made {
	status: number;
	location: string;
	answer: string;
	headers: Headers;
}

export class Signalling {
	constructor(readonly service: TestService) {}

	async guest(name = 'Ada'): Promise<GuestInvite> {
		const { status, body } = await this.service.api<GuestInvite>('POST', '/api/guests', { name });
		assert.is(status, 201, JSON.stringify(body));
		return body;
	}

	async set(settings: object): Promise<void> {
		const { technicianToken: token } = this.service.ready;
		const { status, body } = await this.service.api('PATCH', '/api/settings', settings, { token });
		assert.is(status, 200, JSON.stringify(body));
	}

	async forget({ id }: GuestInvite): Promise<void> {
		assert.is((await this.service.api('DELETE', `/api/guests/${id}`)).status, 204);
	}

	/** The token of a link to watch these streamers. */
	async link(streamers: string[]): Promise<string> {
		const { technicianToken: token } = this.service.ready;
		const link = { label: 'A link', role: 'viewer', streamers };
		const { status, body } = await this.service.api<{ token: string }>('POST', '/api/tokens', link, { token });
		assert.is(status, 201, JSON.stringify(body));
		return body.token;
	}

	ask(method: string, path: string, { token, type, body, headers, origin }: Ask = {}): Promise<Response> {
		return fetch(new URL(path, origin ?? this.service.http), {
			method,
			redirect: 'manual',
			signal: AbortSignal.timeout(patienceMs),
			headers: { ...(token && { authorization: `Bearer ${token}` }), ...(type && { 'content-type': type }), ...headers },
			body: body as string | undefined,
		});
	}

	/** POST of an offer that is to be taken. */
	async post(path: string, token: string, offer: string): Promise<Made> {
		const response = await this.#asked('POST', path, { token, type: sdpType, body: offer });
		const answer = await response.text();
		assert.is(response.status, 201, answer);
		return { status: 201, location: response.headers.get('location')!, answer, headers: response.headers };
	}

	/** Status and code of a refused POST; whatever is refused is told as problem+json (RFC 9457). */
	async refused(path: string, ask: Ask, method = 'POST'): Promise<[status: number, code: string]> {
		return problem(await this.#asked(method, path, ask));
	}

	/** Once the client's rate allows it: refused offers use it up. */
	async #asked(method: string, path: string, ask: Ask): Promise<Response> {
		for (;;) {
			const response = await this.ask(method, path, ask);
			if (response.status !== 429) return response;
			await pause(Number(response.headers.get('retry-after')) * 1000);
		}
	}

	/** Viewers of the program and processes of guests: what a refused offer must not leave behind. */
	async sessions(): Promise<{ viewers: number; guests: number }> {
		const { streamers } = await this.service.state();
		const guests = this.service.hosts().filter(({ role, name }) => role === 'source' && name.startsWith('guest-')).length;
		return { viewers: streamers.program!.viewers, guests };
	}
}

export async function problem(response: Response): Promise<[status: number, code: string]> {
	const text = await response.text();
	assert.match(response.headers.get('content-type') ?? '', /^application\/problem\+json/, text);
	const { code, status, detail, title } = JSON.parse(text) as Record<string, string | number>;
	assert.is(status, response.status);
	assert.ok(String(detail).length > 10 && title, 'a human sentence');
	return [response.status, String(code)];
}
