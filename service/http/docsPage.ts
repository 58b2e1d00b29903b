import { Marked, type Tokens } from 'marked';
import type { DocsEntry } from './docs.js';
import { escaped, scriptlessPolicy } from './plainPage.js';

const style = `
:root { color-scheme: light dark; font: 17px/1.55 system-ui, sans-serif; background: #fff; color: #13161b; }
body { display: grid; grid-template-columns: 13rem minmax(0, 46rem); gap: 1rem 3rem; justify-content: center; max-width: 70rem; margin: 0 auto; padding: 1rem; }
nav { font-size: 0.95rem; }
nav ul { list-style: none; margin: 0; padding: 0; position: sticky; top: 1rem; }
nav a { display: block; padding: 0.35rem 0.6rem; border-radius: 6px; color: inherit; text-decoration: none; }
nav [aria-current] { background: #8883; font-weight: 600; }
h1 { font-size: 1.65rem; line-height: 1.25; margin: 0.4rem 0 1rem; }
h2 { font-size: 1.25rem; margin: 2.2rem 0 0.6rem; }
h3 { font-size: 1.05rem; margin: 1.6rem 0 0.4rem; }
a { color: #0b57d0; }
img { max-width: 100%; height: auto; border: 1px solid #8885; border-radius: 8px; }
code { font: 0.88em/1.5 ui-monospace, monospace; background: #8882; border-radius: 4px; padding: 0.1em 0.25em; overflow-wrap: anywhere; }
pre { overflow-x: auto; padding: 0.8rem 1rem; background: #8882; border-radius: 8px; line-height: 1.4; }
pre code { background: none; padding: 0; overflow-wrap: normal; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; }
th, td { padding: 0.4rem 0.8rem 0.4rem 0; border-bottom: 1px solid #8885; text-align: left; vertical-align: top; }
@media (max-width: 799px) { body { display: block; } nav ul { position: static; display: flex; flex-wrap: wrap; } }
@media (prefers-color-scheme: dark) { :root { background: #121418; color: #f2f4f7; } a { color: #8ab4ff; } }
@media print { nav { display: none; } body { display: block; } }
`;

/** A page of the docs has only text and pictures: no script, no forms, nothing from elsewhere. */
export const docsPolicy = scriptlessPolicy(style, "'self'");

/** Anchors as code forges make them, so that links work there, on disk and here. */
export function anchorOf(heading: string): string {
	return heading
		.toLowerCase()
		.replace(/[^\p{L}\p{N} _-]/gu, '')
		.replaceAll(' ', '-');
}

/** `operators.md#keys` and `pictures/x.webp` as served. Null for anything outside the docs. */
export function servedLink(href: string): string | null {
	if (/^https?:/.test(href)) return href;
	const [path = '', anchor] = href.split('#');
	const fragment = anchor === undefined ? '' : `#${anchor}`;
	if (path === '') return fragment;
	if (/^pictures\/[\w.-]+$/.test(path)) return `/docs/${path}`;
	const name = /^([\w-]+)\.md$/.exec(path)?.[1];
	if (name === undefined) return null;
	return (name === 'index' ? '/docs' : `/docs/${name}`) + fragment;
}

const markdown = new Marked({
	renderer: {
		heading({ tokens, depth, text }: Tokens.Heading): string {
			return `<h${depth} id="${escaped(anchorOf(text))}">${this.parser.parseInline(tokens)}</h${depth}>\n`;
		},
		link({ href, tokens }: Tokens.Link): string {
			const target = servedLink(href);
			const text = this.parser.parseInline(tokens);
			return target === null ? text : `<a href="${escaped(target)}">${text}</a>`;
		},
		image({ href, text }: Tokens.Image): string {
			const target = servedLink(href);
			return target === null ? escaped(text) : `<img src="${escaped(target)}" alt="${escaped(text)}">`;
		},
		/** HTML in Markdown is shown as text. */
		html({ text }: Tokens.HTML | Tokens.Tag): string {
			return escaped(text);
		},
	},
});

/** A page as HTML, with the sidebar. */
export function docsPage(text: string, { name, title }: DocsEntry, entries: readonly DocsEntry[]): string {
	const list = entries.map((entry) => {
		const current = entry.name === name ? ' aria-current="page"' : '';
		return `<li><a href="${servedLink(`${entry.name}.md`)}"${current}>${escaped(entry.title)}</a></li>`;
	});
	const body = (markdown.parse(text) as string)
		.replaceAll('<table>', '<div class="wide" tabindex="0"><table>')
		.replaceAll('</table>', '</table></div>')
		.replaceAll('<pre>', '<pre tabindex="0">');
	return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(title)} – R58 Studio</title>
<style>${style}</style>
</head>
<body>
<nav aria-label="Pages"><ul>
<li><a href="/">← The studio</a></li>
${list.join('\n')}
</ul></nav>
<main>
${body}</main>
</body>
</html>
`;
}
