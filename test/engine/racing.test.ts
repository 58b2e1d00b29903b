import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import * as assert from 'uvu/assert';
import { native, pluginSource } from '../tools/engine/native.js';
import { needed } from '../tools/packages.js';
import { longTest, test } from '../tools/suite.js';

const run = promisify(execFile);

/**
 * The plugin with ThreadSanitizer: readers and writers of links, sources, commands and N-1 outputs of a mixer come and go at
 * once (test/native/racing.c), and no two threads of ours may touch the same thing without a lock. Reports of other people's
 * libraries are passed over: what keeps their threads apart is invisible but for locks (test/native/visibleLocks.c).
 */
const seconds = 60;

const folder = mkdtempSync(join(tmpdir(), 'r58-racing-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
const program = join(folder, 'racing');
const environment = {
	...process.env,
	GST_PLUGIN_PATH: join(pluginSource, 'build-racing'),
	GST_REGISTRY: join(folder, 'registry'),
	// GStreamer's own scanner is not linked with the sanitizer and cannot load the plugin.
	GST_REGISTRY_FORK: 'no',
	G_SLICE: 'always-malloc',
	TSAN_OPTIONS: 'exitcode=0 history_size=7 second_deadlock_stack=1',
};

let built: Promise<void> | null = null;

async function build(): Promise<void> {
	await run('make', ['-s', '-C', pluginSource, '-j2', 'racing'], { timeout: 600_000 });
	const { stdout: flags } = await run('pkg-config', ['--cflags', '--libs', 'gstreamer-1.0']);
	const sources = ['racing.c', 'visibleLocks.c'].map((name) => join(native, name));
	const sanitize = ['-g', '-O1', '-std=gnu11', '-D_GNU_SOURCE', '-fno-omit-frame-pointer', '-fsanitize=thread', '-rdynamic'];
	await run('gcc', [...sanitize, ...sources, '-o', program, ...flags.trim().split(/\s+/), '-ldl', '-lpthread']);
}

/** A frame of the sanitizer itself, of what it stands in for, or of our locks' way to it: the next one is who did it. */
const between = /\(lib(?:tsan|c)\.so|visibleLocks\.c/;

/** Reports of which both sides were done by our code. */
function races(said: string): string[] {
	return said
		.split(/^={18}$/m)
		.filter((report) => report.includes('WARNING: ThreadSanitizer'))
		.filter((report) => {
			// What both sides did; below it stands where threads and locks came from.
			const stacks = report
				.split(/\n\s*\n/)
				.filter((part) => /^ +#0 /m.test(part) && !/^ {2}(?:Thread|Location|As if|Mutex .*created)/.test(part));
			const doers = stacks.map((stack) => stack.match(/^ +#\d+ .*$/gm)!.find((frame) => !between.test(frame)));
			return doers.length > 0 && doers.every((frame) => frame?.includes('libgstr58'));
		});
}

async function racing(scene: string): Promise<void> {
	built ??= build();
	await built;
	// Fixed addresses: the sanitizer's shadow leaves no room for others.
	const args = ['-R', program, scene, String(seconds), '1'];
	const { stderr } = await run(needed('setarch'), args, { env: environment, timeout: 400_000, maxBuffer: 2 ** 26 });
	assert.equal(races(stderr), []);
}

longTest('readers and writers of links that come and go do not race', () => racing('links'));
longTest('slots, commands and N-1 outputs of a mixer that come and go do not race', () => racing('mixer'));

test.run();
