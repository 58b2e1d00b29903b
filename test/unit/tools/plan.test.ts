import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as assert from 'uvu/assert';
import { planOf, saysAlone } from '../../tools/plan.js';
import { root } from '../../tools/service.js';
import { test } from '../../tools/suite.js';

test('what takes little comes first, and what wants the machine to itself last', () => {
	const texts: Record<string, string> = {
		'browser/switcher.test.ts': 'export const alone = true;\n',
		'engine/take.test.ts': "import x from 'y';\n\nexport const alone = true;\n",
		'engine/link.test.ts': '// It need not say: export const alone = true;\n',
		'api/state.test.ts': '',
		'unit/show/mix.test.ts': '',
		'unit/access/accounts.test.ts': '',
	};
	assert.equal(
		planOf(Object.keys(texts), (file) => texts[file]!),
		{
			together: ['unit/access/accounts.test.ts', 'unit/show/mix.test.ts', 'api/state.test.ts', 'engine/link.test.ts'],
			alone: ['engine/take.test.ts', 'browser/switcher.test.ts'],
		},
	);
});

test('a file that judges times, or looks at a show in a browser, says that it runs alone', () => {
	const silent = readdirSync(join(root, 'test'), { recursive: true, encoding: 'utf8' })
		.filter((name) => name.endsWith('.test.ts') && !name.startsWith('unit/'))
		.filter((name) => {
			const text = readFileSync(join(root, 'test', name), 'utf8');
			return (name.startsWith('browser/') || /\b(timedSuite|onQuietMachine)\b/.test(text)) && !saysAlone(text);
		});
	assert.equal(silent, []);
});

test('no file lies outside the folders that have a place in the order', () => {
	const folders = readdirSync(join(root, 'test'), { recursive: true, encoding: 'utf8' })
		.filter((name) => name.endsWith('.test.ts'))
		.map((name) => name.split('/')[0]!);
	assert.equal([...new Set(folders)].sort(), ['api', 'browser', 'engine', 'machine', 'unit']);
});

test.run();
