import { spawnSync } from 'node:child_process';
import {
	existsSync,
	mkdirSync,
	mkdtempSync,
	readdirSync,
	readFileSync,
	rmSync,
	statSync,
	symlinkSync,
	writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import * as assert from 'uvu/assert';
import { anchorOf, servedLink } from '../../../service/http/docsPage.js';
import { root } from '../../tools/service.js';
import { test } from '../../tools/suite.js';

const docs = readdirSync(join(root, 'panel/docs'))
	.filter((name) => name.endsWith('.md'))
	.map((name) => `panel/docs/${name}`);
const files = ['README.md', 'CONTRIBUTING.md', ...docs];
const textOf = (file: string): string => readFileSync(join(root, file), 'utf8');
/** Without blocks of code. */
const proseOf = (file: string): string => textOf(file).replace(/^```[\s\S]*?^```/gm, '');
const linesOf = (file: string): number => textOf(file).trimEnd().split('\n').length;
const anchorsOf = (file: string): string[] => [...proseOf(file).matchAll(/^#+ (.+)$/gm)].map(([, heading]) => anchorOf(heading!));
const linksOf = (file: string): string[] =>
	[...proseOf(file).matchAll(/\]\(([^)\s]+)\)|src="([^"]+)"/g)].map(([, href, src]) => href ?? src!);

test('the README is read in one go, and so is what a contributor needs', () => {
	assert.ok(linesOf('README.md') <= 120, `README.md has ${linesOf('README.md')} lines`);
	assert.ok(linesOf('CONTRIBUTING.md') <= 60, `CONTRIBUTING.md has ${linesOf('CONTRIBUTING.md')} lines`);
});

test('every link leads somewhere, to the very heading', () => {
	const dead = files.flatMap((file) =>
		linksOf(file)
			.filter((href) => !/^https?:/.test(href))
			.filter((href) => {
				const [path = '', anchor] = href.split('#');
				const target = path === '' ? file : relative(root, join(root, dirname(file), path));
				if (!existsSync(join(root, target))) return true;
				return anchor !== undefined && !anchorsOf(target).includes(anchor);
			})
			.map((href) => `${file}: ${href}`),
	);
	assert.equal(dead, []);
	assert.ok(files.flatMap(linksOf).length > 30);
});

test('every link between the docs leads somewhere when they are served, too', () => {
	const dead = docs.flatMap((file) =>
		linksOf(file)
			.filter((href) => servedLink(href) === null)
			.map((href) => `${file}: ${href}`),
	);
	assert.equal(dead, []);
});

test('every page is in the list of the first page', () => {
	const listed = linksOf('panel/docs/index.md').map((href) => href.split('#')[0]);
	const pages = docs.map((file) => relative('panel/docs', file)).filter((name) => name !== 'index.md');
	assert.equal(
		pages.filter((name) => !listed.includes(name)),
		[],
	);
});

test('every command of npm that is named exists', () => {
	const { scripts } = JSON.parse(textOf('package.json')) as { scripts: Record<string, string> };
	const named = files.flatMap((file) =>
		[...textOf(file).matchAll(/npm run ([\w:-]+)/g)].map(([, name]) => ({ file, name: name! })),
	);
	assert.equal(
		named.filter(({ name }) => !(name in scripts)),
		[],
	);
	assert.ok(named.length > 10);
});

test('every file and folder of the studio that is named exists', () => {
	const top = ['service', 'pipelines', 'panel', 'test', 'systemd', '.ci'];
	const named = files.flatMap((file) =>
		[...proseOf(file).matchAll(/`([\w.][\w./-]*)`/g)]
			.map(([, name]) => ({ file, name: name! }))
			.filter(({ name }) => top.includes(name.split('/')[0]!)),
	);
	assert.equal(
		// NAME stands for any.
		named.filter(({ name }) => !name.includes('NAME') && !existsSync(join(root, name))),
		[],
	);
	assert.ok(named.length > 40, `${named.length} found`);
});

test('what the docs call a page or a button is what the panel calls it', () => {
	const folder = join(root, 'panel/texts/en');
	const texts = readdirSync(folder)
		.map((name) => readFileSync(join(folder, name), 'utf8'))
		.join('\n');
	const named = files.flatMap((file) =>
		[
			...proseOf(file)
				.replaceAll(/`[^`]*`/g, '')
				.matchAll(/(?<![\w*])_([A-Z][^_\n]+)_(?!\w)/g),
		].map(([, name]) => ({ file, name: name! })),
	);
	assert.equal(
		named.filter(({ name }) => !texts.includes(name)),
		[],
	);
	assert.ok(named.length > 30, `${named.length} found`);
});

test('the pictures are small and every one is used', () => {
	const folder = join(root, 'panel/docs/pictures');
	const pictures = readdirSync(folder);
	const bytes = pictures.reduce((sum, name) => sum + statSync(join(folder, name)).size, 0);
	assert.ok(bytes <= 300_000, `${bytes} bytes`);
	const used = files.flatMap(linksOf).map((href) => href.split('/').at(-1));
	assert.equal(
		pictures.filter((name) => !used.includes(name)),
		[],
	);
});

/** Blocks of TypeScript that name their file in the first line. */
function examples(file: string): { path: string; text: string }[] {
	return [...textOf(file).matchAll(/^```ts\n\/\/ (\S+)\n([\s\S]*?)^```/gm)].map(([, path, text]) => ({
		path: path!,
		text: text!,
	}));
}

/** The files beside the sources, as if they were there; what the compiler says. */
function compiled(added: { path: string; text: string }[]): string {
	const folder = mkdtempSync(join(tmpdir(), 'r58-example-'));
	try {
		for (const { path, text } of added) {
			mkdirSync(dirname(join(folder, path)), { recursive: true });
			writeFileSync(join(folder, path), text);
		}
		symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
		writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
		const compilerOptions = { noEmit: true, incremental: false, rootDir: '/', rootDirs: [folder, root] };
		const tsconfig = { extends: join(root, 'tsconfig.json'), compilerOptions, include: [], files: added.map(({ path }) => path) };
		writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(tsconfig));
		const { stdout, stderr, status } = spawnSync(process.execPath, [join(root, 'node_modules/.bin/tsc'), '-p', folder], {
			encoding: 'utf8',
		});
		return status === 0 ? '' : stdout + stderr || `tsc ended with ${status}`;
	} finally {
		rmSync(folder, { recursive: true });
	}
}

test('the noun and the source kind of the docs compile', () => {
	const files = examples('panel/docs/extending.md');
	assert.equal(
		files.map(({ path }) => path),
		[
			'service/timers/timers.ts',
			'service/timers/routes.ts',
			'service/sources/kinds/still/launch.ts',
			'service/sources/kinds/still/kind.ts',
		],
	);
	assert.is(compiled(files), '');
	// And would not if the interface were another.
	const wrong = files.map(({ path, text }) => ({ path, text: text.replace('restore(): void', 'restore(): number') }));
	assert.match(compiled(wrong), /kind\.ts.*error/);
	// Nor without what the show log says of a change.
	const silent = files.map(({ path, text }) => ({ path, text: text.replace(/^\t+log: .*\n/m, '') }));
	assert.match(compiled(silent), /timers\/routes\.ts.*error/);
});

test.run();
