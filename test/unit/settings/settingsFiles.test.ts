import * as assert from 'uvu/assert';
import { parseSettings } from '../../../service/settings/file.js';
import { SettingsError } from '../../../service/settings/settingsError.js';
import { brokenKinds, brokenSettings, goodSettings } from '../../tools/fuzz/brokenSettings.js';
import { Random } from '../../tools/random.js';
import { test } from '../../tools/suite.js';

const count = process.env.R58_LONG ? 20_000 : 400;

function errorOf(bytes: Buffer): SettingsError | null {
	try {
		parseSettings(bytes);
		return null;
	} catch (error) {
		if (error instanceof SettingsError) return error;
		throw error;
	}
}

test('good files are taken, wherever comments, line ends and byte order marks are', () => {
	for (let seed = 0; seed < count / 4; seed += 1) {
		const bytes = goodSettings(new Random(seed));
		assert.is(errorOf(bytes)?.message, undefined, `seed ${seed}:\n${bytes}`);
	}
});

test('broken files are refused, each with the line that was broken, and without repeating what stands there', () => {
	const wrong: string[] = [];
	for (let seed = 0; seed < count; seed += 1) {
		const { kind, bytes, line } = brokenSettings(new Random(seed), brokenKinds[seed % brokenKinds.length]!);
		const error = errorOf(bytes);
		const shown = bytes.toString().split('\n')[line - 1]?.slice(0, 100);
		if (error?.places[0]?.line !== line)
			wrong.push(`seed ${seed}, ${kind}: line ${line} "${shown}" is told as ${error?.message.slice(0, 300) ?? 'good'}`);
		assert.not.match(error?.message ?? '', /canary/, `seed ${seed}`);
		assert.ok((error?.message.length ?? 0) < 1000, `seed ${seed}: the message has ${error?.message.length} characters`);
	}
	assert.is(wrong.length, 0, `${wrong.length} of ${count}:\n${wrong.slice(0, 20).join('\n')}`);
});

test.run();
