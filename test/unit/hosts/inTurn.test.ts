import * as assert from 'uvu/assert';
import { startInTurn } from '../../../service/hosts/inTurn.js';
import { suite } from '../../tools/suite.js';

const test = suite('hosts that start in turn');

test('the next one starts when the one before is ready, and not when it is wanted no more', async () => {
	const started: string[] = [];
	const ready = new Map<string, () => void>();
	const hosts = ['a', 'b', 'gone', 'c'].map((name) => ({
		name,
		start: () => void started.push(name),
		whenReady: (timeoutMs: number) => {
			assert.ok(timeoutMs > 0 && timeoutMs <= 1000, 'it does not wait for ever');
			return new Promise<boolean>((resolve) => ready.set(name, () => resolve(true)));
		},
	}));
	const all = startInTurn(hosts, ({ name }) => name !== 'gone');
	const turn = () => new Promise((resolve) => setImmediate(resolve));
	await turn();
	assert.equal(started, ['a']);
	ready.get('a')!();
	await turn();
	assert.equal(started, ['a', 'b']);
	ready.get('b')!();
	await turn();
	assert.equal(started, ['a', 'b', 'c']);
	ready.get('c')!();
	await all;
});

test.run();
