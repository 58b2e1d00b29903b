import { join } from 'node:path';
import { z } from 'zod';
import { type Page, pages } from '../contract/pages.js';
import { StudioError } from '../util/errors.js';
import { clientOf } from './client.js';
import { sendFile } from './file.js';
import { publicAssets } from './publicAssets.js';
import { type Route, route } from './route.js';

const paths: Pick<Page, 'path' | 'outside'>[] = [{ path: '/' }, ...pages];
const day = 86_400;
/** One level, no leading dot: can only be a file in that folder. */
const fileName = z.string().regex(/^[A-Za-z0-9_-][A-Za-z0-9._-]{0,127}$/);

/** The files of the built panel: public, nothing secret. */
export function panelRoutes(panelDir: string): Route[] {
	const assetsOutside = publicAssets(panelDir);
	const page = paths.map(({ path, outside = false }) =>
		route({
			method: 'GET',
			path,
			role: 'public',
			outside,
			summary: 'A page of the panel',
			undocumented: true,
			handler: async ({ context }) => {
				const sent = await sendFile(context, join(panelDir, 'index.html'), { cacheControl: 'no-cache' });
				if (!sent) throw new StudioError('not-found', 'the panel is not built; run `npm run up`');
			},
		}),
	);
	/** Asset names contain a hash of their content; other files may change with the next build. */
	const files = (['/assets/:file', '/:file'] as const).map((path) =>
		route({
			method: 'GET',
			path,
			role: 'public',
			outside: path === '/assets/:file',
			summary: 'A file of the panel',
			params: z.object({ file: fileName }),
			undocumented: true,
			handler: async ({ context, params }) => {
				const hashed = path.startsWith('/assets/');
				const shown = assetsOutside.has(params.file) || !clientOf(context.req).public;
				if (!shown) throw new StudioError('not-found', `there is nothing at ${context.path}`);
				const cacheControl = hashed ? `public, max-age=${365 * day}, immutable` : 'no-cache';
				const sent = await sendFile(context, join(panelDir, hashed ? 'assets' : '', params.file), { cacheControl });
				if (!sent) throw new StudioError('not-found', `there is nothing at ${context.path}`);
			},
		}),
	);
	return [...page, ...files];
}
