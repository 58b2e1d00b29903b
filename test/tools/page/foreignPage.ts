/** A page of another origin with the WHIP and WHEP clients of Eyevinn. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { build } from 'vite';
import { root } from '../service.js';

export async function foreignPage(): Promise<{ url: string; close: () => void }> {
	const built = await build({
		configFile: false,
		logLevel: 'error',
		root,
		define: { 'process.env.NODE_ENV': '"test"' },
		build: {
			write: false,
			minify: false,
			lib: { entry: join(root, 'test/tools/page/foreignClients.js'), formats: ['iife'], name: 'foreignClients' },
		},
	});
	const output = [built].flat()[0] as { output: { type: string; code: string }[] };
	const { code } = output.output.find(({ type }) => type === 'chunk')!;
	const page = `<!doctype html><meta charset="utf-8"><video autoplay muted playsinline></video><script>${code.replaceAll('</script', '<\\/script')}</script>`;
	const server = createServer((_, response) => response.setHeader('content-type', 'text/html').end(page));
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, close: () => server.close() };
}
