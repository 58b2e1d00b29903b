import { rmSync } from 'node:fs';
import * as assert from 'uvu/assert';
import { openStore, type Store } from '../../../service/store/store.js';
import { BootGuard } from '../../../service/system/bootGuard.js';
import { temporaryFolder } from '../../tools/apiServer.js';
import { suite } from '../../tools/suite.js';
import { until } from '../../tools/wait.js';

const test = suite<{ folder: string; store: Store }>('boot guard');

test.before.each((context) => {
	context.folder = temporaryFolder();
	context.store = openStore(context.folder);
});
test.after.each(({ store, folder }) => {
	store.close();
	rmSync(folder, { recursive: true, force: true });
});

/** A run that ends without a word. */
const crash = (store: Store) => new BootGuard(store.settings).begin();

test('the start after three crashes is safe, and so is every one after it', ({ store }) => {
	assert.equal([crash(store), crash(store), crash(store)], [false, false, false]);
	assert.equal([crash(store), crash(store)], [true, true]);
});

test('a clean stop starts the count anew', ({ store }) => {
	crash(store);
	crash(store);
	const good = new BootGuard(store.settings);
	good.begin();
	good.reset();
	assert.equal([crash(store), crash(store), crash(store)], [false, false, false]);
	assert.is(crash(store), true);
});

test('so does a run that lasts', async ({ store }) => {
	crash(store);
	crash(store);
	const lasting = new BootGuard(store.settings, 20);
	assert.is(lasting.begin(), false);
	const unset = () => JSON.stringify(store.settings.get('boot', anything)) === '{"crashes":0,"running":false}';
	await until(unset, { what: 'the good mark', everyMs: 5 });
	assert.equal([crash(store), crash(store), crash(store)], [false, false, false]);
});

test('after a technician let the inputs start, three more crashes are needed', ({ store }) => {
	for (let i = 0; i < 3; i++) crash(store);
	const safe = new BootGuard(store.settings);
	assert.is(safe.begin(), true);
	safe.retry();
	assert.equal([crash(store), crash(store), crash(store)], [false, false, true]);
});

const anything = { safeParse: (data: unknown) => ({ success: true, data }) } as never;

test.run();
