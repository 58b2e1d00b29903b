import { createHash } from 'node:crypto';
import type { Context } from 'koa';
import { clientOf } from './client.js';

const style = `
:root { color-scheme: light dark; font: 17px/1.5 system-ui, sans-serif; }
body { max-width: 36rem; margin: 15vh auto 0; padding: 1rem; }
h1 { font-size: 1.4rem; }
a { display: inline-block; padding: 0.7rem 1.2rem; border: 2px solid; border-radius: 8px; color: inherit; font-weight: 600; text-decoration: none; }
`;
const policy = [
	"default-src 'none'",
	`style-src 'sha256-${createHash('sha256').update(style).digest('base64')}'`,
	"base-uri 'none'",
	"form-action 'none'",
	"frame-ancestors 'none'",
].join('; ');
/** What programs ask for: they are answered in their own way. */
const forPrograms = /^\/(api|whip|whep|assets|metrics|\.well-known)(\/|$)/;

/** Whether a person looks for a page here. From outside nothing is told but that there is nothing. */
export function wantsPage(context: Context): boolean {
	if (clientOf(context.req).public || forPrograms.test(context.path)) return false;
	const looks = context.method === 'GET' || context.method === 'HEAD';
	return looks && context.get('Accept').includes('text/html');
}

/** A page that says that there is none, and the way back. */
export function answerUnknownPage(context: Context): void {
	context.status = 404;
	context.set('Content-Security-Policy', policy);
	context.type = 'text/html; charset=utf-8';
	context.body = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>No such page – R58 Studio</title>
<style>${style}</style>
</head>
<body>
<main>
<h1>There is no such page</h1>
<p>The link may be mistyped, or of an older version of the studio.</p>
<p><a href="/">To the studio</a></p>
</main>
</body>
</html>
`;
}
