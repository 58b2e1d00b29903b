import * as assert from 'uvu/assert';
import { beforeDeadline } from '../../../service/rtc/answerDeadline.js';
import { StudioError } from '../../../service/util/errors.js';
import { test } from '../../tools/suite.js';

test('an answer in time is passed on, and so is a refusal', async () => {
	const late: string[] = [];
	assert.is(await beforeDeadline(Promise.resolve('answer'), 10_000, (done) => late.push(done)), 'answer');
	const refused = beforeDeadline(Promise.reject(new StudioError('busy', 'full')), 10_000, () => undefined);
	assert.is(await refused.catch(({ code }) => code), 'busy');
	assert.equal(late, []);
});

test('what is late is refused with a time to try again, and undone when it comes after all', async () => {
	let finish!: (done: string) => void;
	const work = new Promise<string>((resolve) => {
		finish = resolve;
	});
	const late: string[] = [];
	const error = await beforeDeadline(work, 1, (done) => late.push(done)).catch((error: unknown) => error);
	assert.instance(error, StudioError);
	const { code, retryAfterS } = error as StudioError;
	assert.equal([code, retryAfterS], ['timeout', 2]);
	assert.equal(late, []);
	finish('answer');
	await work;
	assert.equal(late, ['answer']);
});

test.run();
