import * as assert from 'uvu/assert';
import { LiveState } from '../../../service/state/state.js';
import type { BootGuard } from '../../../service/system/bootGuard.js';
import { SafeMode } from '../../../service/system/safeMode.js';
import type { StudioError } from '../../../service/util/errors.js';
import { initialState } from '../../tools/showStub.js';
import { test } from '../../tools/suite.js';

function starting(crashed: boolean) {
	const done: string[] = [];
	const note = (what: string) => () => void done.push(what);
	const state = new LiveState(initialState());
	const guard = { begin: () => crashed, retry: note('retry') } as unknown as BootGuard;
	const faults = {
		raise: ({ code }: { code: string }) => void done.push(`raise ${code}`),
		clear: (code: string) => void done.push(`clear ${code}`),
	};
	const safeMode = new SafeMode({ guard, state, faults, inputs: { on: note('on'), off: note('off') } });
	safeMode.restore();
	safeMode.start();
	return { safeMode, state, done };
}

test('a start like any other switches the inputs on', () => {
	const { safeMode, state, done } = starting(false);
	assert.equal(done, ['on']);
	assert.not(state.current.system.safeMode);
	try {
		safeMode.leave();
		assert.unreachable();
	} catch (error) {
		assert.is((error as StudioError).code, 'conflict');
	}
});

test('after crashes they stay off and a fault says so, until a technician leaves safe mode', () => {
	const { safeMode, state, done } = starting(true);
	assert.equal(done, ['off', 'raise safe-mode']);
	assert.ok(state.current.system.safeMode);
	assert.not(safeMode.leave().safeMode);
	assert.equal(done.slice(2), ['clear safe-mode', 'retry', 'on']);
	assert.not(safeMode.current);
});

test.run();
