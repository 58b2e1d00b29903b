import { createHash } from 'node:crypto';
import type { Context } from 'koa';

const base = `
:root { color-scheme: light dark; font: 17px/1.5 system-ui, sans-serif; background: #fff; color: #13161b; }
@media (prefers-color-scheme: dark) { :root { background: #121418; color: #f2f4f7; } }
body { margin: 0 auto; padding: 1rem; }
h1 { font-size: 1.4rem; }
`;

/** The policy of a page with text and pictures only: its own style sheet, and pictures from `images`. */
export function scriptlessPolicy(style: string, images: "'self'" | 'data:'): string {
	return [
		"default-src 'none'",
		`style-src 'sha256-${createHash('sha256').update(style).digest('base64')}'`,
		`img-src ${images}`,
		"base-uri 'none'",
		"form-action 'none'",
		"frame-ancestors 'none'",
	].join('; ');
}

/** Escapes text for HTML, also in attributes. */
export function escaped(text: string): string {
	return text.replace(/[&<>"]/g, (sign) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[sign]!);
}

/**
 * A page without scripts and files, which any browser shows before it trusts the studio. `main` holds the answer; pictures are
 * inlined as data.
 */
export function plainPage({ title, style: own }: { title: string; style: string }): (context: Context, main: string) => void {
	const style = base + own;
	const policy = scriptlessPolicy(style, 'data:');
	return (context, main) => {
		context.set('Content-Security-Policy', policy);
		context.type = 'text/html; charset=utf-8';
		context.body = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title} – R58 Studio</title>
<style>${style}</style>
</head>
<body>
<main>
${main}
</main>
</body>
</html>
`;
	};
}
