import { open } from 'node:fs/promises';
import { extname } from 'node:path';
import type { Context } from 'koa';

const types: Record<string, string> = {
	'.css': 'text/css; charset=utf-8',
	'.csv': 'text/csv; charset=utf-8',
	'.html': 'text/html; charset=utf-8',
	'.ico': 'image/x-icon',
	'.js': 'text/javascript; charset=utf-8',
	'.json': 'application/json; charset=utf-8',
	'.m4a': 'audio/mp4',
	'.map': 'application/json; charset=utf-8',
	'.mkv': 'video/x-matroska',
	'.mp4': 'video/mp4',
	'.png': 'image/png',
	'.svg': 'image/svg+xml',
	'.txt': 'text/plain; charset=utf-8',
	'.webmanifest': 'application/manifest+json',
	'.webp': 'image/webp',
	'.woff2': 'font/woff2',
};

export interface FileOptions {
	cacheControl: string;
	/** Sent as a download with this name. */
	downloadName?: string;
}

/** First and last byte asked for; null = all of it, 'unsatisfiable' = nothing of what is there (RFC 9110 §14). */
export function parseRange(header: string | undefined, size: number): { first: number; last: number } | 'unsatisfiable' | null {
	// Several ranges at once would need a multipart answer: answering with everything is allowed.
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

/** RFC 6266: an ASCII name for old clients, and the real one in UTF-8. */
export function contentDisposition(name: string): string {
	const ascii = name.replace(/[^\x20-\x7e]|["\\%]/g, '_');
	const encoded = encodeURIComponent(name).replace(/['()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
	return `attachment; filename="${ascii}"; filename*=UTF-8''${encoded}`;
}

/** Answers with a file: types, validators, single ranges. False, and no answer, when there is no such file. */
export async function sendFile(context: Context, path: string, options: FileOptions): Promise<boolean> {
	const file = await open(path, 'r').catch(() => null);
	if (!file) return false;
	let streaming = false;
	try {
		const stat = await file.stat();
		if (!stat.isFile()) return false;
		const etag = `"${stat.size.toString(16)}-${Math.trunc(stat.mtimeMs).toString(16)}"`;
		context.set('ETag', etag);
		context.set('Last-Modified', stat.mtime.toUTCString());
		context.set('Cache-Control', options.cacheControl);
		context.set('Accept-Ranges', 'bytes');
		const ifNoneMatch = context
			.get('If-None-Match')
			.split(',')
			.map((tag) => tag.trim().replace(/^W\//, ''));
		if (ifNoneMatch.includes(etag) || ifNoneMatch.includes('*')) {
			context.status = 304;
			return true;
		}
		context.type = types[extname(path).toLowerCase()] ?? 'application/octet-stream';
		if (options.downloadName !== undefined) context.set('Content-Disposition', contentDisposition(options.downloadName));

		const ifRange = context.get('If-Range');
		const fresh = ifRange === '' || ifRange === etag || ifRange === stat.mtime.toUTCString();
		const range = fresh ? parseRange(context.get('Range'), stat.size) : null;
		if (range === 'unsatisfiable') {
			context.status = 416;
			context.set('Content-Range', `bytes */${stat.size}`);
			context.body = { error: { code: 'invalid', message: `Range: the file has ${stat.size} bytes` } };
			context.type = 'application/json';
			return true;
		}
		if (range) context.set('Content-Range', `bytes ${range.first}-${range.last}/${stat.size}`);
		context.status = range ? 206 : 200;
		const { first, last } = range ?? { first: 0, last: stat.size - 1 };
		if (context.method !== 'HEAD' && stat.size > 0) {
			// The end is fixed, because a recording may grow while it is sent.
			context.body = file.createReadStream({ start: first, end: last });
			streaming = true;
		}
		context.length = last - first + 1;
		return true;
	} finally {
		if (!streaming) await file.close();
	}
}
