import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { z } from 'zod';
import { type Page, type PageName, pageFolder, pages } from '../contract/pages.js';

const manifestSchema = z.record(
	z.string(),
	z.object({
		file: z.string(),
		css: z.array(z.string()).optional(),
		assets: z.array(z.string()).optional(),
		imports: z.array(z.string()).optional(),
	}),
);
const outside: Page[] = pages.filter((page: Page) => page.outside);
/** The modules of guests and viewers; `index.html` is the entry of every page. */
const modules = ['index.html', ...outside.map(({ name }) => `pages/${pageFolder(name as PageName)}/page.ts`)];

/** File names of the guests' and viewers' pages, from Vite's manifest. Empty when the panel is not built. */
export function publicAssets(panelDir: string): ReadonlySet<string> {
	let manifest: z.infer<typeof manifestSchema>;
	try {
		manifest = manifestSchema.parse(JSON.parse(readFileSync(join(panelDir, '.vite', 'manifest.json'), 'utf8')));
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code === 'ENOENT') return new Set();
		throw error;
	}
	const names = new Set<string>();
	const seen = new Set<string>();
	const add = (module: string): void => {
		const entry = manifest[module];
		if (!entry || seen.has(module)) return;
		seen.add(module);
		for (const file of [entry.file, ...(entry.css ?? []), ...(entry.assets ?? [])]) names.add(basename(file));
		for (const imported of entry.imports ?? []) add(imported);
	};
	for (const module of modules) add(module);
	return names;
}
