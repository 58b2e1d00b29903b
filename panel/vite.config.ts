import { rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

const root = fileURLToPath(new URL('.', import.meta.url));
const outDir = fileURLToPath(new URL('../dist/panel', import.meta.url));

/**
 * One page; `main.ts` picks the element by path and loads only that. The compiler also writes to dist/panel, for unit tests, so
 * only the assets of the last build are removed.
 */
export default defineConfig({
	root,
	base: '/',
	plugins: [{ name: 'old-assets', generateBundle: () => rmSync(`${outDir}/assets`, { recursive: true, force: true }) }],
	build: {
		outDir,
		emptyOutDir: false,
		// service/http/publicAssets.ts reads which assets each page consists of.
		manifest: true,
		target: 'es2022',
		cssTarget: ['chrome123', 'firefox120', 'safari17.5'],
		modulePreload: { polyfill: false },
	},
});
