/** Which room may import which, read from the sources: one order, no circle, and the panel knows of the service what crosses the wire. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import * as assert from 'uvu/assert';
import { root } from '../tools/service.js';
import { test } from '../tools/suite.js';

/** Rooms from the ground up: each may import those above it in this list. `pipelines` is a folder of the top. */
const order = [
	'contract',
	'util',
	'show',
	'pipelines',
	'http',
	'store',
	'state',
	'showLog',
	'settings',
	'faults',
	'network',
	'hosts',
	'encoders',
	'mixer',
	'sources',
	'scenes',
	'rtc',
	'access',
	'streamers',
	'guests',
	'recordings',
	'targets',
	'health',
	'ready',
	'system',
	'support',
	'backup',
	'cli',
];
/** Those that know less than their place in the list would let them. */
const only: Record<string, string[]> = {
	util: ['contract'],
	show: ['contract'],
	pipelines: ['contract'],
	http: ['contract', 'util'],
};
/** The composition root: it knows every room, and no room knows it. */
const top = ['main', 'studio', 'api', 'nouns'];

interface Import {
	from: string;
	to: string;
}

/** Relative imports, types too, as paths of sources. */
function importsOf(folder: string): Import[] {
	return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
		.filter((name) => name.endsWith('.ts') && !name.endsWith('.d.ts') && !name.includes('node_modules'))
		.flatMap((name) => {
			const from = join(folder, name);
			const text = readFileSync(join(root, from), 'utf8');
			return [...text.matchAll(/(?:from|import)\s*\(?\s*'(\.[^']+)'/g)].map(([, specifier]) => ({
				from,
				to: normalize(join(dirname(from), specifier!)).replace(/\.js$/, '.ts'),
			}));
		});
}

/** `service/state/events.ts` is of the room `state`, `pipelines/mixer.ts` of `pipelines`, `service/main.ts` of `main`. */
function roomOf(path: string): string {
	const [first, second] = path.split('/');
	return first === 'service' ? second!.replace(/\.ts$/, '') : first!;
}

function wrong(imports: Import[], mayImport: (from: string, to: string) => boolean): string[] {
	return imports
		.filter(({ from, to }) => roomOf(from) !== roomOf(to) && !mayImport(roomOf(from), roomOf(to)))
		.map(({ from, to }) => `${from} imports ${to}`);
}

test('every room of the service stands in the order', () => {
	const rooms = readdirSync(join(root, 'service'), { withFileTypes: true }).filter((entry) => entry.isDirectory());
	assert.equal(
		rooms.map(({ name }) => name).filter((name) => !order.includes(name)),
		[],
	);
});

test('imports between rooms of service and pipelines go one way', () => {
	const imports = [...importsOf('service'), ...importsOf('pipelines')];
	assert.ok(imports.length > 1000, `only ${imports.length} imports were read`);
	const mayImport = (from: string, to: string) => {
		if (top.includes(from)) return true;
		return only[from]?.includes(to) ?? (order.includes(to) && order.indexOf(to) < order.indexOf(from));
	};
	assert.equal(wrong(imports, mayImport), []);
});

test('what a noun declares for the show log and for backups is collected', () => {
	const imports = importsOf('service');
	const collected = (collector: string, file: string) => imports.some(({ from, to }) => from === collector && to === file);
	const declared = (name: string) =>
		[...new Set(imports.map(({ from }) => from))].filter((from) => new RegExp(`^service/\\w+/${name}\\.ts$`).test(from));
	assert.ok(declared('watches').length >= 7 && declared('backup').length >= 6);
	assert.equal(
		[
			...declared('watches').filter((file) => !collected('service/nouns.ts', file)),
			...declared('backup').filter((file) => !collected('service/backup/tables.ts', file)),
		],
		[],
	);
});

test('the contract imports nothing of ours', () => {
	assert.equal(
		importsOf('service/contract').filter(({ to }) => !to.startsWith('service/contract/')),
		[],
	);
});

test('the panel knows of the service the contract alone', () => {
	const imports = importsOf('panel').filter(({ to }) => !to.startsWith('panel/'));
	assert.ok(imports.length > 50, `only ${imports.length} imports were read`);
	assert.equal(
		imports.filter(({ to }) => !to.startsWith('service/contract/')),
		[],
	);
});

test.run();
