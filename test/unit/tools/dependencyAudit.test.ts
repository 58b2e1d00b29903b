import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as assert from 'uvu/assert';
import { root } from '../../tools/service.js';
import { test } from '../../tools/suite.js';

/** .ci/audit with an `npm` that answers what a registry would. */
function audit(answer: string): { code: number | null; text: string } {
	const folder = mkdtempSync(join(tmpdir(), 'r58-audit-'));
	writeFileSync(join(folder, 'answer'), answer);
	writeFileSync(join(folder, 'npm'), `#!/bin/sh\ncat ${folder}/answer\nexit 1\n`);
	chmodSync(join(folder, 'npm'), 0o755);
	const { status, stdout } = spawnSync(join(root, '.ci/audit'), {
		env: { ...process.env, PATH: `${folder}:${process.env.PATH}` },
		encoding: 'utf8',
	});
	rmSync(folder, { recursive: true });
	return { code: status, text: stdout };
}

const report = (high: number) =>
	JSON.stringify({
		vulnerabilities: high > 0 ? { leftover: { severity: 'high', range: '<2.0.0' } } : {},
		metadata: { vulnerabilities: { info: 0, low: 1, moderate: 2, high, critical: 0 } },
	});

test('a dependency with a known hole fails the audit by name; lesser ones are counted', () => {
	const found = audit(report(1));
	assert.is(found.code, 1);
	assert.match(found.text, /1 high, 2 moderate[\s\S]*leftover <2\.0\.0: high/);
	assert.equal(audit(report(0)), { code: 0, text: 'dependency audit: 0 critical, 0 high, 2 moderate, 1 low\n' });
});

test('a registry that does not answer is no finding, and is told', () => {
	for (const answer of ['', 'not json', '{"message":"405 - POST https://192.0.2.7/x","error":{"summary":""}}']) {
		const { code, text } = audit(answer);
		assert.is(code, 0);
		assert.match(text, /not done/);
		assert.not.match(text, /192\.0\.2\.7/);
	}
});

test.run();
