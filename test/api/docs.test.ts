import { get } from 'node:http';
import * as assert from 'uvu/assert';
import { type ApiServer, startApiServer } from '../tools/apiServer.js';
import { suite } from '../tools/suite.js';

/** The documentation as every studio serves it. */
const test = suite<{ server: ApiServer }>('the docs');

test.before(async (context) => {
	context.server = await startApiServer();
});
test.after(({ server }) => server.stop());

const asPage = { headers: { accept: 'text/html' } };

/** The path as it is, which fetch would tidy up. */
function statusOf({ httpUrl }: ApiServer, path: string): Promise<number> {
	const { hostname, port } = new URL(httpUrl);
	return new Promise((resolve, reject) => {
		get({ hostname, port, path }, (response) => {
			response.resume();
			resolve(response.statusCode!);
		}).on('error', reject);
	});
}

test('/docs is a page, without a login, with links to all the others', async ({ server }) => {
	const response = await server.ask('GET', '/docs', asPage);
	assert.is(response.status, 200);
	assert.match(response.headers.get('content-type')!, /^text\/html/);
	const page = await response.text();
	assert.match(page, /<h1 id="r58-studio-documentation">/);
	const links = [...page.matchAll(/href="(\/docs[^"#]*)"/g)].map(([, href]) => href!);
	assert.ok(new Set(links).size >= 9, `${links}`);
	for (const link of new Set(links)) {
		const { status } = await server.ask('GET', link, asPage);
		assert.is(status, 200, link);
	}
});

test('a link between pages leads to its heading, tables and code are made', async ({ server }) => {
	const page = await (await server.ask('GET', '/docs/technicians', asPage)).text();
	assert.match(page, /<title>Technicians – R58 Studio<\/title>/);
	assert.match(page, /<h2 id="troubleshooting">/);
	assert.match(page, /<table>/);
	assert.match(page, /<pre tabindex="0"><code class="language-nginx">/);
	assert.match(await (await server.ask('GET', '/docs', asPage)).text(), /href="\/docs\/technicians#troubleshooting"/);
});

test('pictures come from the studio, and nothing may run on a page', async ({ server }) => {
	const response = await server.ask('GET', '/docs/guests', asPage);
	const policy = response.headers.get('content-security-policy')!;
	assert.match(policy, /default-src 'none'/);
	assert.match(policy, /img-src 'self'/);
	assert.not.match(policy, /script-src|unsafe|connect-src/);
	assert.is(response.headers.get('x-content-type-options'), 'nosniff');
	const page = await response.text();
	// The one style sheet is the one that the policy names; nothing else is inline.
	assert.not.match(page, /<script|style=|\son\w+=/);
	const [, source] = /<img src="([^"]+)"/.exec(page)!;
	const picture = await server.ask('GET', source!);
	assert.is(picture.status, 200);
	assert.is(picture.headers.get('content-type'), 'image/webp');
	assert.ok((await picture.arrayBuffer()).byteLength > 1000);
});

test('a page that does not exist is a page that says so', async ({ server }) => {
	for (const path of ['/docs/nothing', '/docs/pictures/nothing.webp', '/docs/index.md', '/docs/technicians/more']) {
		const response = await server.ask('GET', path, asPage);
		assert.is(response.status, 404, path);
		assert.match(await response.text(), /Page not found/, path);
	}
	const { status, headers } = await server.ask('GET', '/docs/nothing');
	assert.is(status, 404);
	assert.match(headers.get('content-type')!, /json/);
});

test('no path leads out of the folder', async ({ server }) => {
	for (const path of [
		'/docs/../package.json',
		'/docs/..%2f..%2fREADME',
		'/docs/%2e%2e%2f%2e%2e%2fREADME',
		'/docs/..%5c..%5cREADME',
		'/docs/pictures/..%2findex.md',
		'/docs/pictures/..%2f..%2f..%2fpackage.json',
		'/docs/pictures/%00',
		'/docs/__proto__',
	])
		assert.is(await statusOf(server, path), 404, path);
});

test('under the public name there are no docs', async ({ server }) => {
	server.settings.patch({ access: { publicUrl: 'https://studio.example.org', trustedProxies: ['127.0.0.1'] } });
	const headers = { host: 'studio.example.org', 'x-forwarded-for': '203.0.113.7', 'x-forwarded-proto': 'https' };
	assert.is((await server.ask('GET', '/guest_join', { headers })).status, 200);
	for (const path of ['/docs', '/docs/guests', '/docs/pictures/guest.webp'])
		assert.is((await server.ask('GET', path, { headers })).status, 404, path);
});

test.run();
