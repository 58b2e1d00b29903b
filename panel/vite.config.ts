import { rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

const root = fileURLToPath(new URL('.', import.meta.url));
const outDir = fileURLToPath(new URL('../dist/panel', import.meta.url));

/** One page; `main.ts` picks the element by path and loads only that. The compiler puts what unit tests import from here
 * beside it in dist/panel, so only the assets of the last build are removed. */
export default defineConfig({
	root,
	base: '/',
	plugins: [{ name: 'old-assets', generateBundle: () => rmSync(`${outDir}/assets`, { recursive: true, force: true }) }],
	build: {
		outDir,
		emptyOutDir: false,
		// service/http/publicAssets.ts reads which page consists of what.
		manifest: true,
		target: 'es2022',
		cssTarget: ['chrome123', 'firefox120', 'safari17.5'],
		modulePreload: { polyfill: false },
	},
});
