import * as assert from 'uvu/assert';
import { RateLimit } from '../../service/api/rates.js';
import type { StudioError } from '../../service/errors.js';
import { test } from '../tools/suite.js';

function refusal(work: () => void): StudioError | null {
	try {
		work();
		return null;
	} catch (error) {
		return error as StudioError;
	}
}

test('a client has its burst, then its rate; others are not touched', () => {
	const limit = new RateLimit({ burst: 3, perSecond: 2 }, { burst: 100, perSecond: 100 });
	for (let i = 0; i < 3; i++) limit.check('one', 0);
	const refused = refusal(() => limit.check('one', 0))!;
	assert.equal([refused.code, refused.retryAfterS], ['rate-limited', 0.5]);
	limit.check('two', 0);
	limit.check('one', 500);
	assert.ok(refusal(() => limit.check('one', 500)));
	// A pause fills it up to the burst and no further.
	for (let i = 0; i < 3; i++) limit.check('one', 60_000);
	assert.ok(refusal(() => limit.check('one', 60_000)));
});

test('all together have a limit too, which is told as busy', () => {
	const limit = new RateLimit({ burst: 10, perSecond: 1 }, { burst: 4, perSecond: 4 });
	for (let i = 0; i < 4; i++) limit.check(`client ${i}`, 0);
	assert.equal(refusal(() => limit.check('another', 0))?.code, 'busy');
	limit.check('another', 250);
});

test('asking while refused does not put off the end of it', () => {
	const limit = new RateLimit({ burst: 1, perSecond: 1 }, { burst: 100, perSecond: 100 });
	limit.check('one', 0);
	for (let at = 100; at < 1000; at += 100) assert.ok(refusal(() => limit.check('one', at)));
	limit.check('one', 1000);
});

test('what cost more than others is waited for the longer, and a whole burst at most is owed', () => {
	const limit = new RateLimit({ burst: 4, perSecond: 2 }, { burst: 100, perSecond: 100 });
	limit.check('one', 0);
	limit.charge('one', 3, 0);
	assert.is(refusal(() => limit.check('one', 0))?.retryAfterS, 0.5);
	limit.check('one', 500);
	limit.charge('one', 100, 500);
	assert.is(refusal(() => limit.check('one', 500))?.retryAfterS, 2.5);
	limit.check('another', 500);
});

test.run();
