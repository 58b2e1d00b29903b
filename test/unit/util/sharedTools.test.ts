import { EventEmitter } from 'node:events';
import * as assert from 'uvu/assert';
import { Answers } from '../../../service/util/answers.js';
import { backoffMs, doublingMs } from '../../../service/util/backoff.js';
import { firstEvent } from '../../../service/util/firstEvent.js';
import { Recent } from '../../../service/util/recent.js';
import { KeyedQueue, SerialQueue } from '../../../service/util/serialQueue.js';
import { within } from '../../../service/util/within.js';
import { test } from '../../tools/suite.js';

const turn = () => new Promise((resolve) => setImmediate(resolve));

/** Work that waits until `finish` or `fail`; `started` notes what has begun. */
function workshop() {
	const started: string[] = [];
	const ends = new Map<string, { finish: () => void; fail: () => void }>();
	const work = (name: string) => () => {
		started.push(name);
		return new Promise<string>((resolve, reject) => {
			ends.set(name, { finish: () => resolve(name), fail: () => reject(new Error(name)) });
		});
	};
	return { started, work, finish: (name: string) => ends.get(name)!.finish(), fail: (name: string) => ends.get(name)!.fail() };
}

test('a serial queue runs one piece of work at a time, in order, also after a failure', async () => {
	const { started, work, finish, fail } = workshop();
	const queue = new SerialQueue();
	const [a, b, c] = ['a', 'b', 'c'].map((name) => queue.run(work(name)));
	const failed = b!.catch((error: Error) => error.message);
	await turn();
	assert.equal(started, ['a']);
	finish('a');
	assert.is(await a, 'a');
	await turn();
	assert.equal(started, ['a', 'b']);
	fail('b');
	assert.is(await failed, 'b');
	await turn();
	assert.equal(started, ['a', 'b', 'c']);
	finish('c');
	assert.is(await c, 'c');
});

test('a keyed queue makes only work of the same key wait, and forgets keys without work', async () => {
	const { started, work, finish, fail } = workshop();
	const queue = new KeyedQueue();
	const first = queue.run('x', work('x1'));
	const second = queue.run('x', work('x2')).catch((error: Error) => error.message);
	const other = queue.run('y', work('y1'));
	await turn();
	assert.equal(started, ['x1', 'y1']);
	finish('y1');
	await other;
	assert.is(queue.size, 1);
	finish('x1');
	await first;
	await turn();
	assert.equal(started, ['x1', 'y1', 'x2']);
	fail('x2');
	assert.is(await second, 'x2');
	assert.is(queue.size, 0);
});

test('a wait doubles from its first length up to its cap, and is spread by 20 % to both sides', () => {
	const range = { firstMs: 100, capMs: 1000 };
	const failures = [-1, 0, 1, 2, 3, 4, 5, 5000];
	assert.equal(failures.map((count) => doublingMs(count, range)), [0, 0, 100, 200, 400, 800, 1000, 1000]); // biome-ignore format: one line
	assert.equal([0, 1].map((random) => Math.round(backoffMs(2, range, () => random))), [160, 240]); // biome-ignore format: one line
	assert.is(backoffMs(0, range), 0);
	const drawn = Array.from({ length: 50 }, () => backoffMs(9, range));
	assert.ok(drawn.every((ms) => ms >= 800 && ms <= 1200));
	assert.ok(new Set(drawn).size > 1);
});

test('what is older than the window is forgotten', () => {
	const recent = new Recent(1000);
	recent.add({ at: 0 });
	assert.equal(recent.add({ at: 1000 }), [{ at: 0 }, { at: 1000 }]);
	assert.equal(recent.within(1001), [{ at: 1000 }]);
	assert.equal(recent.entries, [{ at: 0 }, { at: 1000 }], 'until something is added');
	assert.equal(recent.add({ at: 2001 }), [{ at: 2001 }]);
	assert.equal(recent.entries, [{ at: 2001 }]);
});

test('the first of several events ends the wait, and leaves no listener behind', async () => {
	const emitter = new EventEmitter();
	const first = firstEvent(emitter, ['ready', 'down'], 60_000);
	assert.is(emitter.listenerCount('ready') + emitter.listenerCount('down'), 2);
	emitter.emit('other');
	emitter.emit('down', 'killed', 9);
	emitter.emit('ready');
	assert.equal(await first, { name: 'down', data: ['killed', 9] });
	assert.is(emitter.listenerCount('ready') + emitter.listenerCount('down'), 0);
});

test('a wait for an event ends at its deadline, also at one that is over', async () => {
	const emitter = new EventEmitter();
	for (const timeoutMs of [1, 0, -5]) assert.is(await firstEvent(emitter, ['ready'], timeoutMs), null);
	assert.is(emitter.listenerCount('ready'), 0);
});

test('an answer reaches who asked with its id, once', async () => {
	const answers = new Answers<number>();
	const late = () => new Error('late');
	const [a, b] = [answers.to('a', 60_000, late), answers.to('b', 60_000, late)];
	const failed = b.catch((error: Error) => error.message);
	answers.resolve('c', 3);
	answers.reject('b', new Error('refused'));
	answers.resolve('b', 2);
	answers.resolve('a', 1);
	assert.equal([await a, await failed], [1, 'refused']);
});

test('an answer that does not come is an error at its deadline, or when all are given up', async () => {
	const answers = new Answers<number>();
	const message = (error: Error) => error.message;
	assert.is(await answers.to('a', 1, () => new Error('late')).catch(message), 'late');
	const all = ['b', 'c'].map((id) => answers.to(id, 60_000, () => new Error('late')).catch(message));
	let made = 0;
	answers.rejectAll(() => new Error(`down ${++made}`));
	assert.equal(await Promise.all(all), ['down 1', 'down 2']);
});

test('bounded work gives its result, its error, or what stands in for it', async () => {
	const never = new Promise<string>(() => undefined);
	assert.is(await within(Promise.resolve('done'), 60_000, () => 'late'), 'done');
	assert.is(await within(never, 1, () => 'late'), 'late');
	const message = (error: Error) => error.message;
	assert.is(await within(Promise.reject(new Error('failed')), 60_000, () => 'late').catch(message), 'failed');
	const late = () => {
		throw new Error('late');
	};
	assert.is(await within(never, 1, late).catch(message), 'late');
});

test.run();
