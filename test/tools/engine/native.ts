/** Small C programs of test/native that include the plugin's sources, to look at what no pipeline shows. */
import { execFile, type SpawnOptions, spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { patienceMs, within } from '../wait.js';

const run = promisify(execFile);
export const pluginSource = fileURLToPath(new URL('../../../../pipelines/plugin', import.meta.url));
export const native = fileURLToPath(new URL('../../../../test/native', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'r58-native-'));
// Other users run what lies in it.
chmodSync(folder, 0o755);
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));

const packages = ['gstreamer-1.0', 'gstreamer-base-1.0', 'gstreamer-video-1.0', 'gstreamer-audio-1.0', 'gstreamer-rtp-1.0'];
const libraries = [...packages, 'gstreamer-webrtc-1.0', 'gstreamer-sdp-1.0', 'nice', 'json-glib-1.0', 'gio-2.0', 'openssl'];

const folderOf = (name: string): string[] =>
	readdirSync(join(pluginSource, name))
		.filter((file) => file.endsWith('.c'))
		.map((file) => `${name}/${file}`);

/** Sources of the plugin that others lean on, by what they are about. */
export const plugin = {
	link: ['common/element.c', ...folderOf('link')],
	kernels: ['common/kernels.c'],
	picture: ['common/kernels.c', 'mixer/picture.c', 'mixer/scale.c'],
};
export const wholeWebrtc = ['common/element.c', ...folderOf('webrtc')];
export const wholeMixer = [...plugin.link, ...plugin.kernels, ...folderOf('mixer'), 'clock/lateness.c'];

export interface NativeOptions {
	/** Plugin sources to link; what the program itself includes is left out. */
	sources?: readonly string[];
	includes?: readonly string[];
	/** Compiler flags in place of -O2. */
	flags?: readonly string[];
	compiler?: string;
}

/** Builds test/native/NAME.c; resolves with the program. */
export async function buildNative(
	name: string,
	{ sources = [], includes = [], flags, compiler = 'gcc' }: NativeOptions = {},
): Promise<string> {
	const { stdout } = await run('pkg-config', ['--cflags', '--libs', ...libraries]);
	const program = join(folder, name);
	// The objects of the build, where nothing asks for others.
	const place = (source: string) => (flags ? source : join('build', source.replace(/c$/, 'o')));
	const files = sources.filter((source) => !includes.includes(source)).map((source) => join(pluginSource, place(source)));
	const defines = ['-D_GNU_SOURCE', '-DGST_USE_UNSTABLE_API', '-std=gnu11', '-Wall', '-Wno-unused-function', '-Werror'];
	const args = ['-g', ...defines, ...(flags ?? ['-O2']), `-I${pluginSource}`, join(native, `${name}.c`), ...files, '-o', program];
	await run(compiler, [...args, ...stdout.trim().split(/\s+/), '-lm', '-lpthread'], { timeout: 180_000 });
	return program;
}

/** Runs it; its output, or an error that has it. */
export async function runNative(
	program: string,
	args: (string | number)[] = [],
	options: SpawnOptions = {},
	timeoutMs = patienceMs,
): Promise<string> {
	const child = spawn(program, args.map(String), { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
	let said = '';
	for (const stream of [child.stdout!, child.stderr!])
		stream.setEncoding('utf8').on('data', (text) => {
			said += text;
		});
	const ended = new Promise<string>((resolve) => {
		child.once('close', (code, signal) => resolve(String(signal ?? code)));
		// Ended by whoever started it, too.
		child.once('error', ({ message }) => resolve(message));
	});
	try {
		const ending = await within(ended, timeoutMs, `the end of ${program}`);
		if (ending !== '0') throw new Error(`${args.join(' ')} ended with ${ending}:\n${said.slice(-6000)}`);
	} finally {
		child.kill('SIGKILL');
	}
	return said;
}
