/** One hop of 1080p30 raw picture over a link: processor time of its ends, and how long it takes. */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { linkAddress } from '../../pipelines/links.js';
import { pluginFolder } from '../tools/engine/pipeline.js';
import { pause } from '../tools/wait.js';
import { median, progress, report, reportSet } from './measure.js';

const run = promisify(execFile);
const seconds = 8;
// Runs from dist/test/bench; hop.c stays where it was written.
const source = fileURLToPath(new URL('../../../test/bench/hop.c', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'r58-bench-'));
const hop = join(folder, 'hop');

async function build(): Promise<void> {
	const { stdout } = await run('pkg-config', ['--cflags', '--libs', 'gstreamer-1.0']);
	await run('cc', ['-O2', '-Wall', '-std=gnu11', '-o', hop, source, ...stdout.trim().split(/\s+/)]);
}

async function end(...args: string[]): Promise<{ cpu: number; hopsNs?: number[] }> {
	const options = { env: { ...process.env, GST_PLUGIN_PATH: pluginFolder }, timeout: 20_000, maxBuffer: 1024 * 1024 };
	return JSON.parse((await run(hop, args, options)).stdout);
}

async function measure(mode: 'write' | 'copy', readers: number): Promise<void> {
	const address = linkAddress(`bench-${process.pid}`, `${mode}-${readers}.video`);
	const what = `${mode === 'write' ? 'frames made in slots' : 'frames copied into slots'}, ${readers} reader${readers > 1 ? 's' : ''}`;
	progress(what);
	// The readers are there first and outlast the writer's last frame, so that all of its window is read.
	const reading = Array.from({ length: readers }, () => end('read', address, String(seconds)));
	await pause(200);
	const [writer, ...read] = await Promise.all([end(mode, address, String(seconds)), ...reading]);
	const unit = '% of a core';
	report({ what: `${what}: writer`, value: writer!.cpu, unit, ...(mode === 'write' && { goal: 1 }) });
	report({ what: `${what}: one reader`, value: median(read.map(({ cpu }) => cpu)), unit, n: readers, goal: 0.2 });
	const hopsMs = read.flatMap(({ hopsNs }) => hopsNs!.map((ns) => ns / 1e6));
	reportSet(`${what}: handed over to arrived`, hopsMs, 'ms', { p50: 0.2 });
}

try {
	await build();
	await measure('write', 1);
	await measure('write', 4);
	await measure('copy', 1);
} finally {
	rmSync(folder, { recursive: true, force: true });
}
