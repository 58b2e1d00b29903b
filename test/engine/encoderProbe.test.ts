import * as assert from 'uvu/assert';
import { element } from '../../pipelines/launch.js';
import type { VideoEncoder } from '../../pipelines/videoEncoder.js';
import { probe } from '../../service/encoders/probe.js';
import { x264 } from '../../service/encoders/table.js';
import { HostProcess } from '../../service/hosts/hostProcess.js';
import { pluginPath } from '../../service/util/program.js';
import { suite } from '../tools/suite.js';

/** Encoders are tried in a real process before one is used. */
const test = suite('encoder probe');

const canvas = { width: 320, height: 180, fpsNum: 30, fpsDen: 1 };
const hosts: HostProcess[] = [];
const tried = (encoder: VideoEncoder) =>
	probe(encoder, {
		canvas,
		kbps: 500,
		process: () => {
			hosts.push(new HostProcess({ ...process.env, GST_PLUGIN_PATH: pluginPath }, () => {}));
			return hosts.at(-1)!;
		},
	});

test('x264 is there and makes frames', async () => {
	assert.is(await tried(x264), null);
});

test('what is missing is named, with the package that has it', async () => {
	assert.match(String(await tried({ ...x264, element: 'r58noencoder' })), /no element "r58noencoder"/);
	assert.match(
		String(await tried({ ...x264, before: () => element('noconverter') })),
		/noconverter.*Install the GStreamer plugin/,
	);
});

test('an encoder that is there and makes no frame is not used', async () => {
	const silent = { ...x264, after: () => element('identity', { 'drop-probability': 1 }) };
	assert.match(String(await tried(silent)), /produced no frame within 5 s/);
});

test('no process is left of a try', () => {
	assert.is(hosts.length, 4);
	assert.ok(hosts.every(({ ended }) => ended));
});

test.run();
