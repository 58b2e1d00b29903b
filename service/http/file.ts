import { open } from 'node:fs/promises';
import { extname } from 'node:path';
import type { Context } from 'koa';

export interface FileOptions {
	cacheControl: string;
	/** Sent as a download with this name. */
	downloadName?: string;
}

/** The first and last byte asked for; null = the whole file, 'unsatisfiable' = none of its bytes (RFC 9110 §14). */
export function parseRange(header: string | undefined, size: number): { first: number; last: number } | 'unsatisfiable' | null {
	// Several ranges would need a multipart answer; the whole file is allowed instead.
	const match = /^bytes=(\d{0,15})-(\d{0,15})$/.exec((header ?? '').replaceAll(' ', ''));
	if (!match || (match[1] === '' && match[2] === '')) return null;
	if (match[1] === '') {
		const length = Math.min(Number(match[2]), size);
		return length === 0 ? 'unsatisfiable' : { first: size - length, last: size - 1 };
	}
	const first = Number(match[1]);
	const last = match[2] === '' ? size - 1 : Math.min(Number(match[2]), size - 1);
	if (match[2] !== '' && Number(match[2]) < first) return null;
	return first >= size ? 'unsatisfiable' : { first, last };
}

/**
 * Answers with a file: type, validators, single ranges. False, and no answer, when there is no such file. Koa has no ranges, and
 * the `send` package answers past the middleware that sets headers, counts and turns errors into JSON.
 */
export async function sendFile(context: Context, path: string, options: FileOptions): Promise<boolean> {
	const file = await open(path, 'r').catch(() => null);
	if (!file) return false;
	let streaming = false;
	try {
		const stat = await file.stat();
		if (!stat.isFile()) return false;
		const etag = `"${stat.size.toString(16)}-${Math.trunc(stat.mtimeMs).toString(16)}"`;
		context.status = 200;
		context.etag = etag;
		context.lastModified = stat.mtime;
		context.set('Cache-Control', options.cacheControl);
		context.set('Accept-Ranges', 'bytes');
		// Not ctx.fresh: it answers in full to `Cache-Control: no-cache`, which fetch adds to every request with a validator.
		const known = context.get('If-None-Match').split(',');
		if (known.some((tag) => ['*', etag].includes(tag.trim().replace(/^W\//, '')))) {
			context.status = 304;
			return true;
		}
		context.type = extname(path) || 'bin';
		if (options.downloadName !== undefined) context.attachment(options.downloadName);

		const ifRange = context.get('If-Range');
		const unchanged = ifRange === '' || ifRange === etag || ifRange === stat.mtime.toUTCString();
		const range = unchanged ? parseRange(context.get('Range'), stat.size) : null;
		if (range === 'unsatisfiable') {
			context.status = 416;
			context.set('Content-Range', `bytes */${stat.size}`);
			context.body = { error: { code: 'invalid', message: `Range: the file has ${stat.size} bytes` } };
			context.type = 'application/json';
			return true;
		}
		const { first, last } = range ?? { first: 0, last: stat.size - 1 };
		if (range) {
			context.status = 206;
			context.set('Content-Range', `bytes ${first}-${last}/${stat.size}`);
		}
		if (context.method !== 'HEAD' && stat.size > 0) {
			// A recording may grow while it is sent: only up to the announced length.
			context.body = file.createReadStream({ start: first, end: last });
			streaming = true;
		}
		context.length = last - first + 1;
		return true;
	} finally {
		if (!streaming) await file.close();
	}
}
