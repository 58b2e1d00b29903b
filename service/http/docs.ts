import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Context } from 'koa';
import { z } from 'zod';
import { StudioError } from '../util/errors.js';
import { sendFile } from './file.js';
import { type Route, route } from './route.js';

/** Pages in sidebar order; unnamed ones come last. */
const order = ['index', 'operators', 'guests', 'technicians', 'programs', 'how-it-works', 'extending', 'hardware', 'glossary'];

export interface DocsEntry {
	/** The file name without `.md`; `index` is the first page. */
	name: string;
	title: string;
}

/** The first heading of a page. */
function titleOf(text: string): string {
	return /^# (.+)$/m.exec(text)?.[1] ?? 'R58 Studio';
}

/** The docs: Markdown from the folder, served as HTML. Served files are listed once; no request becomes a path. */
export class Docs {
	/** Markdown by name. */
	readonly #pages = new Map<string, string>();
	readonly #rendered = new Map<string, string>();
	readonly #pictures: ReadonlySet<string>;
	readonly entries: readonly DocsEntry[];

	constructor(private readonly folder: string) {
		const files = readdirSync(folder);
		for (const file of files)
			if (file.endsWith('.md')) this.#pages.set(file.slice(0, -'.md'.length), readFileSync(join(folder, file), 'utf8'));
		const place = (name: string): number => (order.includes(name) ? order.indexOf(name) : order.length);
		this.entries = [...this.#pages]
			.map(([name, text]) => ({ name, title: titleOf(text) }))
			.sort((a, b) => place(a.name) - place(b.name));
		this.#pictures = new Set(files.includes('pictures') ? readdirSync(join(folder, 'pictures')) : []);
	}

	/** The page as HTML, rendered on first request: the renderer stays out of the start. Throws `not-found`. */
	async page(name: string): Promise<{ html: string; policy: string }> {
		const text = this.#pages.get(name);
		const entry = this.entries.find((entry) => entry.name === name);
		if (text === undefined || !entry) throw new StudioError('not-found', `the docs have no page ${name}`);
		const { docsPage, docsPolicy } = await import('./docsPage.js');
		const html = this.#rendered.get(name) ?? docsPage(text, entry, this.entries);
		this.#rendered.set(name, html);
		return { html, policy: docsPolicy };
	}

	/** Throws `not-found`. */
	picture(name: string): string {
		if (!this.#pictures.has(name)) throw new StudioError('not-found', `the docs have no picture ${name}`);
		return join(this.folder, 'pictures', name);
	}
}

/** `/docs`, `/docs/NAME` and their pictures: public, nothing secret. */
export function docsRoutes(folder: string): Route[] {
	let docs: Docs | undefined;
	/** Read on first request, to keep the start fast. */
	const known = (): Docs => {
		docs ??= new Docs(folder);
		return docs;
	};
	const answer = async (context: Context, name: string): Promise<void> => {
		const { html, policy } = await known().page(name);
		context.body = html;
		context.type = 'text/html; charset=utf-8';
		context.set('Content-Security-Policy', policy);
		context.set('Cache-Control', 'no-cache');
	};
	const shared = { method: 'GET', role: 'public', undocumented: true } as const;
	return [
		route({ ...shared, path: '/docs', summary: 'First page of the docs', handler: ({ context }) => answer(context, 'index') }),
		route({
			...shared,
			path: '/docs/:name',
			summary: 'A page of the docs',
			params: z.object({ name: z.string() }),
			handler: ({ context, params }) => answer(context, params.name),
		}),
		route({
			...shared,
			path: '/docs/pictures/:file',
			summary: 'A picture of the docs',
			params: z.object({ file: z.string() }),
			handler: async ({ context, params }) => {
				await sendFile(context, known().picture(params.file), { cacheControl: 'no-cache' });
			},
		}),
	];
}
