import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as assert from 'uvu/assert';
import { needed, packageOf } from '../../tools/packages.js';
import { root } from '../../tools/service.js';
import { test } from '../../tools/suite.js';

/** A program's name where it is started: `spawn('ffmpeg', …)`, `run('mke2fs', …)`, or behind setpriv. */
const started = [
	/(?<![.#\w])(?:spawn|spawnSync|execFile|execFileSync|output|run|needed|new Program)\(\s*'([\w/][\w./-]*)'/g,
	/'--pdeathsig', 'KILL', '([\w./-]+)'/g,
];

/** What runs on a machine of its own with the product installed, and this test. */
const others = ['test/machine/systemSteps.ts', 'test/unit/tools/packages.test.ts'];

function sources(folder: string): string[] {
	return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
		.filter((name) => name.endsWith('.ts'))
		.map((name) => join(folder, name))
		.filter((name) => !others.includes(name));
}

test('every program that is started by name is in the list of packages', () => {
	const files = ['service', 'pipelines', 'test'].flatMap(sources);
	const found = files.flatMap((file) => {
		const text = readFileSync(join(root, file), 'utf8');
		return started.flatMap((pattern) => [...text.matchAll(pattern)].map(([, program]) => ({ file, program: program! })));
	});
	assert.ok(found.length > 40, `${found.length} found`);
	assert.equal(
		found.filter(({ program }) => !packageOf.has(program)),
		[],
	);
});

test('a missing program is an error at once, with the package that has it', () => {
	assert.is(needed('sh'), 'sh');
	const path = process.env.PATH;
	try {
		process.env.PATH = '/nowhere';
		assert.throws(() => needed('firefox-esr'), /^firefox-esr is missing: it is in the Debian package firefox-esr/);
	} finally {
		process.env.PATH = path;
	}
});

test('without its programs a run ends at once with a line for each', () => {
	const folder = mkdtempSync(join(tmpdir(), 'r58-path-'));
	const begun = performance.now();
	const { status, stdout } = spawnSync(process.execPath, [join(root, 'dist/test/run.js'), 'unit/http/rates'], {
		env: { PATH: folder },
		encoding: 'utf8',
	});
	const ms = performance.now() - begun;
	rmSync(folder, { recursive: true });
	assert.is(status, 1);
	assert.match(stdout, /^ffmpeg is missing: it is in the Debian package ffmpeg/m);
	assert.match(stdout, /tests: 0 passed, \d+ failed\n$/);
	// It starts none of them: it would wait for minutes.
	assert.ok(ms < 10_000, `${ms} ms`);
});

test.run();
