import { createHmac } from 'node:crypto';
import type { Fault } from '../contract/faults.js';
import type { Severity } from '../contract/levels.js';
import { messageOf } from '../util/errors.js';

/** What a webhook is sent. */
export interface AlertMessage {
	/** Stays the same when it is sent again. */
	id: string;
	event: 'raised' | 'cleared' | 'test';
	/** UTC. */
	at: string;
	severity: Severity;
	fault: Fault;
	device: { name: string; version: string };
}

export interface Webhook {
	url: string;
	secret: string | null;
}

/** RFC 2104 over the bytes of the body, hexadecimal. */
export function signature(secret: string, body: string): string {
	return `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`;
}

/** One try. Throws what went wrong, without the address: its path may be a secret. Redirects are not followed. */
export async function post(
	{ url, secret }: Webhook,
	message: AlertMessage,
	timeoutMs: number,
	ended?: AbortSignal,
): Promise<void> {
	const body = JSON.stringify(message);
	const timeout = AbortSignal.timeout(timeoutMs);
	const response = await fetch(url, {
		method: 'POST',
		redirect: 'manual',
		headers: {
			'Content-Type': 'application/json',
			'User-Agent': 'R58-Studio',
			...(secret !== null && { 'X-R58-Signature': signature(secret, body) }),
		},
		body,
		signal: ended ? AbortSignal.any([timeout, ended]) : timeout,
	}).catch((error: Error) => {
		if (timeout.aborted) throw new Error(`no answer within ${timeoutMs / 1000} s`);
		throw new Error(messageOf(error.cause ?? error).replaceAll(url, 'the address'));
	});
	await response.body?.cancel().catch(() => undefined);
	if (response.status >= 300 && response.status < 400)
		throw new Error(`it answers ${response.status}; redirects are not followed`);
	if (!response.ok) throw new Error(`it answers ${response.status}`);
}
