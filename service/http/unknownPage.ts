import type { Context } from 'koa';
import { clientOf } from './client.js';
import { plainPage } from './plainPage.js';

const page = plainPage({
	title: 'No such page',
	style: `
body { max-width: 36rem; margin-top: 15vh; }
a { display: inline-block; padding: 0.7rem 1.2rem; border: 2px solid; border-radius: 8px; color: inherit; font-weight: 600; text-decoration: none; }
`,
});
/** Prefixes for programs, which get JSON errors. */
const forPrograms = /^\/(api|whip|whep|assets|metrics|\.well-known)(\/|$)/;

/** Whether a person is looking for a page. From outside, nothing more is revealed. */
export function wantsPage(context: Context): boolean {
	if (clientOf(context.req).public || forPrograms.test(context.path)) return false;
	const looks = context.method === 'GET' || context.method === 'HEAD';
	return looks && context.get('Accept').includes('text/html');
}

/** The page for unknown addresses, with a way back. */
export function answerUnknownPage(context: Context): void {
	context.status = 404;
	page(
		context,
		`<h1>Page not found</h1>
<p>The link may be mistyped, or from an older version of the studio.</p>
<p><a href="/">To the studio</a></p>`,
	);
}
