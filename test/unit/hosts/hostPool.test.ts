import * as assert from 'uvu/assert';
import { HostPool } from '../../../service/hosts/hostPool.js';
import type { HostProcess } from '../../../service/hosts/hostProcess.js';
import { createLog } from '../../../service/util/log.js';
import { processes } from '../../tools/processes.js';
import { suite } from '../../tools/suite.js';
import { until } from '../../tools/wait.js';

const test = suite('spare host processes');

test('one spare is for anybody, two wait for what everybody sees stand still; a new process is made when none is left', async () => {
	const pool = new HostPool(process.env, createLog('silent'));
	const taken: HostProcess[] = [];
	const take = (role: 'source' | 'streamer' | 'mixer' | undefined) => {
		const host = pool.take(role);
		taken.push(host);
		return host;
	};
	try {
		await pool.warm();
		// The program's own does not wait for a process at the start.
		assert.is(take('mixer').idle, true);
		await until(() => pool.idle.length === 3, { what: 'three spares' });
		assert.equal(
			(['source', undefined, 'source', 'streamer', 'streamer', 'streamer'] as const).map((role) => take(role).idle),
			[true, false, false, true, true, false],
		);
	} finally {
		await Promise.all([pool.close(), ...taken.map((host) => host.stop())]);
	}
	assert.is(
		processes().some(({ parent, state }) => parent === process.pid && state !== 'Z'),
		false,
		'no process is left',
	);
});

test.run();
