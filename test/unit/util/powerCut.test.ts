import { spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync, renameSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import * as assert from 'uvu/assert';
import { replaceFile } from '../../../service/util/durable.js';
import { temporaryFolder } from '../../tools/apiServer.js';
import { contentsAfterCuts, cutAt } from '../../tools/machine/powerCut.js';
import { textOf } from '../../tools/machine/writerChild.js';
import { Random } from '../../tools/random.js';
import { test } from '../../tools/suite.js';
import { within } from '../../tools/wait.js';

const kills = process.env.R58_LONG ? 300 : 12;
const child = new URL('../../tools/machine/writerChild.js', import.meta.url).pathname;

let dir: string;
test.before(() => {
	dir = temporaryFolder();
});
test.after(() => rmSync(dir, { recursive: true, force: true }));

test('a writer that is killed at any moment leaves a whole file, the old or the new', async () => {
	const path = join(dir, 'killed.yaml');
	writeFileSync(path, textOf(0));
	const random = new Random(5);
	for (let kill = 0; kill < kills; kill += 1) {
		const writer = spawn(process.execPath, [child, path], { stdio: ['ignore', 'pipe', 'inherit'] });
		const ended = new Promise((resolve) => writer.once('exit', resolve));
		await within(new Promise((resolve) => writer.stdout.once('data', resolve)), 20_000, 'the writer to start');
		// Where in its work it is killed is left to chance; that it is whole is not.
		await sleep(random.between(0, 25));
		writer.kill('SIGKILL');
		await ended;
		const text = readFileSync(path, 'utf8');
		const n = Number(/^# (\d+)/.exec(text)?.[1]);
		assert.ok(
			text === textOf(n),
			`after kill ${kill} the file has ${text.length} characters and begins with ${text.slice(0, 20)}`,
		);
	}
});

test('a power cut at any call of a writer leaves the old or the new text, never neither', async () => {
	const path = join(dir, 'settings.yaml');
	writeFileSync(path, 'old\n');
	const after = contentsAfterCuts(path, () => replaceFile(path, 'new text\n'));
	assert.equal(after.sort(), ['new text\n', 'old\n']);
	for (let n = 0; await cutAt(n, () => replaceFile(path, `text ${n}\n`)); n += 1)
		assert.match(readFileSync(path, 'utf8'), new RegExp(`^(new text|text [0-${n}])\n$`));
	assert.match(readFileSync(path, 'utf8'), /^text \d\n$/);
});

test('the check of the order finds writers that a power cut would hurt', () => {
	const path = join(dir, 'naive.yaml');
	const write = (to: string) => {
		const file = openSync(to, 'w');
		writeSync(file, 'new text\n');
		closeSync(file);
	};
	for (const naive of [
		() => write(path),
		() => {
			write(`${path}.new`);
			renameSync(`${path}.new`, path);
		},
	]) {
		writeFileSync(path, 'old\n');
		const after = contentsAfterCuts(path, naive);
		assert.ok(after.includes('') && after.includes('new '), after.join());
	}
});

test.run();
