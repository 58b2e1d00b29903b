import { spawn } from 'node:child_process';
import * as assert from 'uvu/assert';
import { disturbance, onQuietMachine } from '../../tools/quiet.js';
import { test } from '../../tools/suite.js';
import { pause } from '../../tools/wait.js';

const before = { atMs: 1000, all: 50, own: 20 };

test('a machine is ours while others take little of it and it never stands still', () => {
	// 10 s of two cores: we took 12 of the 13.9 s that were used.
	const after = { atMs: 11_000, all: 63.9, own: 32 };
	assert.is(disturbance(before, after, 20, 2), null);
	assert.is(disturbance(before, { ...after, own: 31.5 }, 20, 2), 'others took 12 % of the processor');
	assert.is(disturbance(before, after, 101, 2), 'the machine stood still for 101 ms');
});

test('what fails beside a busy stranger is told as inconclusive, what passes there has passed', async () => {
	// Its parent ends at once: it is nobody's child here.
	const script = 'node -e "const end = Date.now() + 3000; while (Date.now() < end);" & echo $!';
	spawn('sh', ['-c', script], { stdio: 'ignore' });
	const told: string[] = [];
	const { write } = process.stdout;
	process.stdout.write = (text: string | Uint8Array) => told.push(String(text)) > 0;
	try {
		await onQuietMachine('passes', () => pause(10));
		await onQuietMachine('fails', async () => {
			await pause(1500);
			throw new Error('late\nby a frame');
		});
	} finally {
		process.stdout.write = write;
	}
	assert.is(told.length, 1);
	assert.match(told[0]!, /^inconclusive: fails: others took \d+ % of the processor; it said: late by a frame\n$/);
});

test.run();
