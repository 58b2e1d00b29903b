/** A signal that comes and goes: what the operator sees is steady, and the log can be read. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as assert from 'uvu/assert';
import type { Happening } from '../../../service/contract/showLog.js';
import { Faults } from '../../../service/faults/faults.js';
import { Supervisor } from '../../../service/hosts/supervisor.js';
import { watches } from '../../../service/nouns.js';
import { Asks } from '../../../service/showLog/asks.js';
import { Observer } from '../../../service/showLog/observer.js';
import { Sources } from '../../../service/sources/sources.js';
import { openStore } from '../../../service/store/store.js';
import { createLog } from '../../../service/util/log.js';
import { ShowStub } from '../../tools/showStub.js';
import { test } from '../../tools/suite.js';
import { until } from '../../tools/wait.js';

const log = createLog('silent');

test('a source whose signal is away for less than a second is not told as lost', async () => {
	const dataDir = mkdtempSync(join(tmpdir(), 'r58-data-'));
	const store = openStore(dataDir);
	const { state } = new ShowStub();
	const faults = new Faults(state, log);
	const supervisor = new Supervisor({}, faults, log);
	const canvas = { width: 160, height: 90, fpsNum: 10, fpsDen: 1 };
	const sources = new Sources({
		instance: 't',
		canvas,
		slots: 4,
		state,
		settings: store.settings,
		supervisor,
		faults,
		mixers: () => [],
	});
	sources.add({ id: 'hdmi2', kind: 'hdmi', label: 'HDMI 2', colour: '#c83232', delayMs: 0 });
	const states: string[] = [];
	state.onChange((_seq, changes) => {
		for (const [path, value] of changes) if (path === 'sources.hdmi2.state') states.push(String(value));
	});
	const slot = sources.get('hdmi2').slot!;
	sources.onSlot(slot, 'live', 'live');
	for (let n = 0; n < 20; n += 1) {
		sources.onSlot(slot, 'lost', 'lost');
		sources.onSlot(slot, 'live', 'live');
	}
	const at = performance.now();
	sources.onSlot(slot, 'lost', 'lost');
	await until(() => state.current.sources.hdmi2!.state === 'no-signal', {
		what: 'the loss to be told',
		timeoutMs: 10_000,
		everyMs: 10,
	});
	assert.ok(performance.now() - at > 950, `${performance.now() - at} ms`);
	assert.equal(states, ['live', 'no-signal']);
	// A slot that was emptied on purpose is empty at once.
	sources.onSlot(slot, 'live', 'live');
	sources.onSlot(slot, 'empty', 'empty');
	assert.is(state.current.sources.hdmi2!.state, 'no-signal');
	await supervisor.stop();
	store.close();
	rmSync(dataDir, { recursive: true, force: true });
});

test('what comes and goes all the time is a few entries of the log, and one that says how often', async () => {
	const { state } = new ShowStub();
	const told: Happening[] = [];
	const tell = (happening: Happening) => told.push(happening);
	const observer = new Observer(state, tell, new Asks(tell), watches);
	for (let n = 0; n < 60; n += 1) {
		state.sources.patch('hdmi1', { state: n % 2 === 0 ? 'no-signal' : 'live' });
		await new Promise((resolve) => setImmediate(resolve));
	}
	assert.is(told.length, 6);
	state.setFaults([{ code: 'tunnel', subject: 'access', message: 'down', since: '', count: 1, params: null, remedy: null }]);
	await new Promise((resolve) => setImmediate(resolve));
	assert.is(told.at(-1)!.kind, 'fault', 'others are told meanwhile');
	observer.stop();
	assert.equal([told.length, told.at(-1)!.event], [8, 'live']);
	assert.match(told.at(-1)!.text, /is back \(after 54 changes back and forth\)/);
});

test.run();
