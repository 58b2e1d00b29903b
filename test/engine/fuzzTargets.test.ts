import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as assert from 'uvu/assert';
import { buildNative, type NativeOptions, plugin, runNative, wholeMixer } from '../tools/engine/native.js';
import { needed } from '../tools/packages.js';
import { root } from '../tools/service.js';
import { test } from '../tools/suite.js';

/**
 * libFuzzer with address and undefined behaviour sanitizer: what comes from outside, told anything. From the corpus on, so many
 * inputs that are the same every time; in the long run for a minute each. An input that fails is printed in base64: it belongs
 * into test/fixtures/fuzz, with what mends it.
 */
const targets: [what: string, name: string, runs: number, options: NativeOptions][] = [
	['the messages of a link’s writer', 'fuzzReader', 2000, { sources: plugin.link, includes: ['link/reader.c'] }],
	['the messages of a link’s readers', 'fuzzWriter', 1000, { sources: plugin.link, includes: ['link/writer.c', 'link/serve.c'] }],
	['a guest’s packets and the reports on them', 'fuzzTwcc', 10_000, { sources: ['webrtc/twcc.c'] }],
	['RTP and RTCP of peers', 'fuzzRtp', 10_000, { sources: ['webrtc/feed.c', 'webrtc/gate.c'] }],
	['the descriptions of peers', 'fuzzSdp', 5000, { sources: ['webrtc/sdp.c', 'webrtc/feed.c', 'webrtc/gate.c'] }],
	['commands to the mixer', 'fuzzCommands', 1000, { sources: wholeMixer, includes: ['mixer/audio.c'] }],
];
const seconds = 60;
const flags = [
	'-O1',
	'-fno-omit-frame-pointer',
	'-fsanitize=fuzzer,address,undefined',
	// GStreamer reads words where they lie.
	'-fno-sanitize=alignment',
	'-fno-sanitize-recover=all',
	'-Wno-unknown-pragmas',
];

for (const [what, name, runs, options] of targets)
	test(`${what} may be anything`, async () => {
		const program = await buildNative(name, { ...options, flags, compiler: needed('clang-14') });
		const folder = mkdtempSync(join(tmpdir(), 'r58-fuzz-'));
		try {
			const said = await runNative(
				program,
				[
					process.env.R58_LONG ? `-max_total_time=${seconds}` : `-runs=${runs}`,
					'-seed=1',
					'-max_len=4096',
					'-timeout=20',
					'-print_final_stats=1',
					`-artifact_prefix=${folder}/`,
					...(name === 'fuzzCommands' ? [`-dict=${join(root, 'test/native/fuzzCommands.dict')}`] : []),
					folder,
					join(root, 'test/fixtures/fuzz', name),
				],
				{},
				200_000,
			);
			const done = Number(/number_of_executed_units: (\d+)/.exec(said)?.[1]);
			assert.ok(done >= runs, `${done} inputs`);
			console.log(`${name}: ${done} inputs`);
		} finally {
			rmSync(folder, { recursive: true });
		}
	});

test.run();
