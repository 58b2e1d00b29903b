import type { IncomingMessage } from 'node:http';
import { StudioError } from '../util/errors.js';

const json = 'application/json';
/** Browsers offer 5 to 8 kB of SDP. */
const limits: Record<string, number> = {
	[json]: 64 * 1024,
	'application/sdp': 32 * 1024,
	'application/trickle-ice-sdpfrag': 32 * 1024,
};
const otherLimit = 16 * 1024;

/** How much of a rejected body is still read, so that the client gets to read the answer. Then the connection is cut. */
const lingerBytes = 32 * 1024 * 1024;
const lingerMs = 5000;

function hasBody(request: IncomingMessage): boolean {
	return Number(request.headers['content-length'] ?? 0) > 0 || request.headers['transfer-encoding'] !== undefined;
}

/** The body, empty without one. Throws `unsupported-media-type`, or `too-large` before reading past the limit. */
export async function readBytes(request: IncomingMessage, contentType: string, limit: number): Promise<Buffer> {
	if (!hasBody(request)) return Buffer.alloc(0);
	const given = (request.headers['content-type'] ?? '').split(';')[0]!.trim().toLowerCase();
	const encoding = (request.headers['content-encoding'] ?? 'identity').toLowerCase();
	if (given !== contentType || encoding !== 'identity') {
		discard(request);
		const found = given === contentType ? `content encoding ${encoding}` : given || 'none';
		throw new StudioError('unsupported-media-type', `content type must be ${contentType}, found ${found}`);
	}
	if (Number(request.headers['content-length'] ?? 0) > limit) throw tooLarge(request, limit);
	const chunks: Buffer[] = [];
	let length = 0;
	for await (const chunk of request.iterator({ destroyOnReturn: false })) {
		length += (chunk as Buffer).length;
		if (length > limit) throw tooLarge(request, limit);
		chunks.push(chunk as Buffer);
	}
	return Buffer.concat(chunks);
}

/** The body as text, `''` without one; limited by type. */
export async function readBody(request: IncomingMessage, contentType: string): Promise<string> {
	const bytes = await readBytes(request, contentType, limits[contentType] ?? otherLimit);
	try {
		return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
	} catch {
		throw new StudioError(contentType === json ? 'bad-json' : 'invalid', 'the body is not UTF-8 text');
	}
}

export async function readJson(request: IncomingMessage): Promise<unknown> {
	const text = await readBody(request, json);
	if (text.trim() === '') return {};
	try {
		return JSON.parse(text);
	} catch (error) {
		throw new StudioError('bad-json', `the body is not JSON: ${(error as Error).message}`);
	}
}

function tooLarge(request: IncomingMessage, limit: number): StudioError {
	discard(request);
	return new StudioError('too-large', `the body is larger than ${limit} bytes`);
}

function discard(request: IncomingMessage): void {
	let left = lingerBytes;
	const cut = setTimeout(() => request.destroy(), lingerMs).unref();
	request.on('data', (chunk: Buffer) => {
		left -= chunk.length;
		if (left < 0) request.destroy();
	});
	request.on('close', () => clearTimeout(cut));
	request.on('end', () => clearTimeout(cut));
	request.on('error', () => undefined);
	request.resume();
}
