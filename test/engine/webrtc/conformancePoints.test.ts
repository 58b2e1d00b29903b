import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as assert from 'uvu/assert';
import { root } from '../../tools/service.js';
import { test } from '../../tools/suite.js';
import { points } from './points.js';

test('every point of the conformance suite has a test', () => {
	const folder = join(root, 'test/engine/webrtc');
	const names = readdirSync(folder)
		.filter((name) => /^conformance\w+\.test\.ts$/.test(name))
		.flatMap((name) => [...readFileSync(join(folder, name), 'utf8').matchAll(/\btest\(\s*[`']([\d, ]+)[ (:]/g)]);
	const tested = new Set(names.flatMap(([, numbers]) => numbers!.split(',').map(Number)));
	assert.equal(
		points.filter((point) => !tested.has(point)),
		[],
	);
});

test.run();
