import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import * as assert from 'uvu/assert';
import { pageFolder, pages } from '../../../service/contract/pages.js';
import { test } from '../../tools/suite.js';

/** Each import of our own code inside the panel: from file to file, as paths below the project's folder. */
const imports = (readdirSync('panel', { recursive: true }) as string[])
	.filter((file) => file.endsWith('.ts'))
	.map((file) => join('panel', file))
	.flatMap((file) =>
		[...readFileSync(file, 'utf8').matchAll(/(?:from|import)\s*\(?\s*'(\.[^']+)'/g)].map(([, to]): [from: string, to: string] => [
			file,
			normalize(join(dirname(file), to!)),
		]),
	);
const room = (file: string, name: string) => file.startsWith(`panel/${name}/`);
const page = (file: string) => /^panel\/pages\/([^/]+)\//.exec(file)?.[1] ?? null;
const shown = (wrong: (from: string, to: string) => boolean) =>
	imports.filter(([from, to]) => wrong(from, to)).map(([from, to]) => `${from} → ${to}`);

test('the panel is read', () => {
	assert.ok(imports.length > 400, String(imports.length));
	assert.ok(imports.some(([from, to]) => page(from) === 'switcher' && room(to, 'elements')));
});

test('no page imports from the folder of another', () => {
	assert.equal(
		shown((from, to) => page(from) !== null && page(to) !== null && page(from) !== page(to)),
		[],
	);
});

test('every page stands in a folder by its name, as an element by its name', () => {
	for (const name of [...pages.map(({ name }) => name), 'login' as const]) {
		const folder = pageFolder(name);
		const file = `panel/pages/${folder}/page.ts`;
		assert.ok(existsSync(file), `page ${name}: there is no ${file}`);
		assert.match(readFileSync(file, 'utf8'), `@customElement('r58-${folder}-page')`, file);
	}
});

test('data and elements import no page, data no element, texts nothing but texts', () => {
	assert.equal(
		shown((from, to) => (room(from, 'data') || room(from, 'elements') || room(from, 'texts')) && room(to, 'pages')),
		[],
	);
	assert.equal(
		shown((from, to) => room(from, 'data') && room(to, 'elements')),
		[],
	);
	assert.equal(
		shown((from, to) => room(from, 'texts') && !room(to, 'texts') && !to.startsWith('service/contract/')),
		[],
	);
});

/** What a file brings into the page: its imports that are not of types alone, and theirs. */
function brought(file: string, known = new Set<string>()): Set<string> {
	if (known.has(file)) return known;
	known.add(file);
	for (const [, to] of readFileSync(file.replace(/\.js$/, '.ts'), 'utf8').matchAll(
		/^(?:import|export)(?! type)[^;]*?from '([^']+)'/gms,
	))
		if (to!.startsWith('.')) brought(normalize(join(dirname(file), to!)), known);
		else known.add(to!);
	return known;
}

test('the rules that the panel shares bring no schemas into the page', () => {
	const pages = readdirSync('panel/pages').map((name) => `panel/pages/${name}/page.js`);
	for (const page of ['panel/main.js', ...pages]) {
		const all = brought(page);
		assert.not(all.has('zod'), page);
		if (/(main|join\/page|watch\/page)\.js$/.test(page))
			assert.not(all.has('panel/texts/texts.js'), `${page} brings the texts of the operators`);
	}
	assert.ok(brought('panel/pages/switcher/page.js').has('service/contract/tally.js'));
});

test.run();
