/** A pipeline with the sanitized plugin, in a process that frees all it has before it ends. */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { patienceMs, until, within } from '../wait.js';
import type { EventBody } from './pipeline.js';

const run = promisify(execFile);
const pluginSource = fileURLToPath(new URL('../../../../pipelines/plugin', import.meta.url));
const driverSource = fileURLToPath(new URL('../../../../test/tools/engine/driver.c', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'r58-driver-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
const program = join(folder, 'driver');

const environment = {
	...process.env,
	GST_PLUGIN_PATH: join(pluginSource, 'build-sanitized'),
	GST_REGISTRY: join(folder, 'registry'),
	// GStreamer's own scanner is not linked with the sanitizer and cannot load the plugin.
	GST_REGISTRY_FORK: 'no',
	G_SLICE: 'always-malloc',
	GST_DEBUG_NO_COLOR: '1',
};
const strict = {
	...environment,
	GST_TRACERS: 'leaks(check-refs=false)',
	GST_DEBUG: 'GST_TRACER:7',
	// Without frame pointers in GLib only the slow unwinder finds who asked for a block.
	ASAN_OPTIONS: 'detect_leaks=1:fast_unwind_on_malloc=0:malloc_context_size=24:exitcode=0:detect_odr_violation=0',
	UBSAN_OPTIONS: 'print_stacktrace=1',
};

/** Builds the plugin and the driver with sanitizers, and lets GStreamer look through its plugins once. */
export async function buildDriver(): Promise<void> {
	await run('make', ['-s', '-C', pluginSource, '-j2', 'sanitized'], { timeout: 180_000 });
	const { stdout: flags } = await run('pkg-config', ['--cflags', '--libs', 'gstreamer-1.0']);
	const sanitize = ['-g', '-fno-omit-frame-pointer', '-fsanitize=address,undefined'];
	await run('gcc', [...sanitize, driverSource, '-o', program, ...flags.trim().split(/\s+/)]);
	const quiet = { ...environment, ASAN_OPTIONS: 'detect_leaks=0:detect_odr_violation=0' };
	const first = spawn(program, ['fakesrc ! fakesink'], { env: quiet, stdio: 'ignore' });
	await within(new Promise((resolve) => first.once('close', resolve)), patienceMs, 'the registry');
}

export class Driver {
	readonly events: { name: string; body: EventBody }[] = [];
	readonly #child: ChildProcess;
	#said = '';
	readonly #ended: Promise<number | null>;

	constructor(launch: string) {
		this.#child = spawn(program, [launch], { env: strict, stdio: ['pipe', 'pipe', 'pipe'] });
		createInterface({ input: this.#child.stdout! }).on('line', (line) => {
			const at = line.indexOf(' ');
			this.events.push({ name: line.slice(0, at), body: JSON.parse(line.slice(at + 1)) });
		});
		this.#child.stderr!.setEncoding('utf8').on('data', (text) => {
			this.#said += text;
		});
		this.#ended = new Promise((resolve) => this.#child.once('close', resolve));
	}

	signal(signal: NodeJS.Signals): void {
		this.#child.kill(signal);
	}

	command(element: string, body: object | string): void {
		this.#child.stdin!.write(`${element} ${typeof body === 'string' ? body : JSON.stringify(body)}\n`);
	}

	/** An event that came or comes. */
	async event(name: string, fits: (body: EventBody) => boolean = () => true, timeoutMs = patienceMs): Promise<EventBody> {
		const found = () => {
			const event = this.events.find((event) => event.name === name && fits(event.body));
			return event?.body ?? (this.#child.exitCode !== null && { ended: this.#said });
		};
		const body: EventBody = await until(found, { what: `event ${name}`, timeoutMs, everyMs: 20 });
		if (typeof body.ended === 'string') throw new Error(`the driver ended before event ${name}:\n${body.ended}`);
		return body;
	}

	/** Ends it in order; what sanitizers and the leaks tracer found in it. */
	async findings(): Promise<string[]> {
		this.#child.stdin!.end();
		try {
			await within(this.#ended, patienceMs, 'the end of the driver');
		} finally {
			this.#child.kill('SIGKILL');
		}
		return findings(this.#said);
	}

	async kill(): Promise<void> {
		this.#child.kill('SIGKILL');
		await this.#ended;
	}
}

/** Reports that name our code, and objects that outlived the pipeline. */
function findings(said: string): string[] {
	const blocks = said.split(/\n\s*\n|(?=^==\d+==ERROR)|(?=^Direct leak)|(?=^Indirect leak)/m);
	const ours = (text: string) =>
		/libgstr58|pipelines\/plugin\/|\b(?:common|link|mixer|webrtc|clock|capture)\/[a-z0-9]+\.c:/.test(text);
	const leaks = blocks.filter((block) => /^(?:Direct|Indirect) leak/m.test(block) && ours(block));
	const errors = said.includes('ERROR: AddressSanitizer') ? [said.slice(said.indexOf('ERROR: AddressSanitizer'))] : [];
	// GStreamer's own macros read unaligned words where the processor can (GST_HAVE_UNALIGNED_ACCESS).
	const undefinedBehaviour = said
		.split('\n')
		.filter((line) => line.includes('runtime error:') && !/gst\/gstutils\.h.*misaligned address/.test(line));
	// GStreamer's one certificate for all DTLS connections stays for good.
	const alive = said
		.split('\n')
		.filter((line) => / object-alive, type-name=/.test(line) && !/GstDtlsAgent|format string/.test(line));
	const failures = said.split('\n').filter((line) => line.startsWith('driver:'));
	const criticals = [...said.matchAll(/^.*CRITICAL \*\*.*\n+(?:\s+#\d+ .*\n)*/gm)].map(([text]) => text);
	return [...leaks, ...errors, ...undefinedBehaviour, ...alive, ...failures, ...criticals];
}
