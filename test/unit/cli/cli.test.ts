import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import * as assert from 'uvu/assert';
import { parseCanvas } from '../../../pipelines/canvas.js';
import { canvasOf, checkDataFolder, parseOptions } from '../../../service/cli/options.js';
import { StudioError } from '../../../service/util/errors.js';
import { temporaryFolder } from '../../tools/apiServer.js';
import { test } from '../../tools/suite.js';

test('options that are good', () => {
	const plain = parseOptions([])!;
	const usual = { demo: false, viewers: true, logLevel: 'info', test: {} };
	assert.equal(plain, { dataDir: resolve('data'), httpPort: 8000, httpsPort: 8443, canvas: null, ...usual });
	assert.equal(canvasOf(plain, null), { width: 1920, height: 1080, fpsNum: 30, fpsDen: 1 });
	assert.equal(canvasOf(parseOptions(['--demo'])!, null), { width: 1280, height: 720, fpsNum: 30, fpsDen: 1 });
	assert.equal(canvasOf(parseOptions(['--demo'])!, '640x360p25').width, 640, 'the settings go before what is usual');
	assert.equal(canvasOf(parseOptions(['--canvas', '320x180p25'])!, '640x360p25').width, 320, 'the option before the settings');
	const given = parseOptions([
		'--data',
		'/tmp/x',
		'--http',
		'0',
		'--https=0',
		'--canvas',
		'640x360p25',
		'--demo',
		'--no-viewers',
		'--log=debug',
	]);
	const canvas = { width: 640, height: 360, fpsNum: 25, fpsDen: 1 };
	assert.equal(given, {
		dataDir: '/tmp/x',
		httpPort: 0,
		httpsPort: 0,
		canvas,
		demo: true,
		viewers: false,
		logLevel: 'debug',
		test: {},
	});
	assert.equal(parseOptions(['--test', 'seatMs=20000', '--test', 'demoFlash=1'])!.test, { seatMs: 20_000, demoFlash: 1 });
	assert.is(parseOptions(['--help']), null);
	const rates: [string, number, number][] = [
		['23.976', 24_000, 1001],
		['29.97', 30_000, 1001],
		['59.94', 60_000, 1001],
		['5', 5, 1],
		['60', 60, 1],
	];
	for (const [text, fpsNum, fpsDen] of rates) {
		assert.equal(parseCanvas(`160x160p${text}`), { width: 160, height: 160, fpsNum, fpsDen });
	}
});

test('options that are wrong are named in one line', () => {
	const cases: [string[], RegExp][] = [
		[['--htp', '1'], /--htp/],
		[['extra'], /extra/],
		[['--http'], /--http/],
		[['--http', 'x'], /^--http: "x" is not a port/],
		[['--http', '65536'], /^--http: /],
		[['--http', '-1'], /--http/],
		[['--https', ''], /^--https: /],
		[['--http', '90', '--https', '90'], /^--https: 90 is already the port of --http/],
		[['--data', ''], /^--data: /],
		[['--demo=yes'], /--demo/],
		[['--log', 'loud'], /^--log: "loud" is not one of error, warn, info, debug/],
		[['--test', 'seat=1'], /^--test seat=1: .*seatMs, /],
		[['--test', 'toString=1'], /^--test toString=1: /],
		[['--test', 'seatMs=x'], /^--test seatMs=x: /],
		[['--test', 'demoFlash=2'], /^--test demoFlash=2: 0 to 1, not 2/],
		[['--canvas', 'big'], /^--canvas: "big" is not a canvas; write it like/],
		[['--canvas', '1281x720p30'], /^--canvas: .*even, not 1281/],
		[['--canvas', '158x720p30'], /^--canvas: .*160 to 3840, not 158/],
		[['--canvas', '1280x3842p30'], /^--canvas: .*not 3842/],
		[['--canvas', '1280x720p4'], /^--canvas: .*5 to 60, not 4/],
		[['--canvas', '1280x720p61'], /^--canvas: .*5 to 60/],
		[['--canvas', '1280x720p24.5'], /^--canvas: 24\.5/],
		[['--canvas', '1280x720i30'], /^--canvas: /],
	];
	for (const [argv, message] of cases) {
		try {
			parseOptions(argv);
			assert.unreachable(argv.join(' '));
		} catch (error) {
			assert.ok(error instanceof StudioError, `${argv.join(' ')}: ${error}`);
			assert.match(error.message, message);
			assert.not.match(error.message, /\n/);
		}
	}
});

test('wrong options end the program with code 2 and one line, help with 0', () => {
	const run = (...argv: string[]) => {
		const code = `(await import(${JSON.stringify(new URL('../../../service/cli/options.js', import.meta.url).href)})).optionsOrExit(process.argv.slice(1))`;
		return spawnSync(process.execPath, ['--input-type=module', '-e', code, '--', ...argv], { encoding: 'utf8', timeout: 20_000 });
	};
	const wrong = run('--canvas', 'big');
	assert.equal([wrong.status, wrong.stdout], [2, '']);
	assert.match(wrong.stderr, /^r58-studio: --canvas: [^\n]*\n$/);
	const help = run('--help');
	assert.is(help.status, 0);
	assert.match(help.stdout, /--canvas/);
});

test('the data folder is made, or its error is named', () => {
	const dir = temporaryFolder();
	try {
		checkDataFolder(join(dir, 'a', 'b'));
		assert.equal(readdirSync(join(dir, 'a', 'b')), []);
		writeFileSync(join(dir, 'file'), '');
		mkdirSync(join(dir, 'locked'), { mode: 0o500 });
		// Root may write anywhere but where the kernel says no.
		const unwritable = process.getuid?.() === 0 ? '/proc/1' : join(dir, 'locked');
		for (const path of [join(dir, 'file'), join(dir, 'file', 'below'), unwritable, '/proc/none']) {
			assert.throws(
				() => checkDataFolder(path),
				(error: unknown) =>
					error instanceof StudioError && error.code === 'disk' && error.message.startsWith(`data folder ${path} `),
				path,
			);
		}
	} finally {
		rmSync(dir, { recursive: true, force: true });
	}
});

test.run();
