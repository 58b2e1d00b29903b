import type { IncomingMessage } from 'node:http';
import * as assert from 'uvu/assert';
import type { Caller } from '../../../service/http/caller.js';
import { Bucket, Buckets, RateLimit, rateKey } from '../../../service/http/rates.js';
import type { StudioError } from '../../../service/util/errors.js';
import { test } from '../../tools/suite.js';

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

test('both refusals say what to do and when', () => {
	const limit = new RateLimit({ burst: 1, perSecond: 4 }, { burst: 2, perSecond: 2 });
	limit.check('one', 0);
	const own = refusal(() => limit.check('one', 0))!;
	assert.equal([own.message, own.retryAfterS], ['too many requests; wait a moment', 0.25]);
	limit.check('two', 0);
	const all = refusal(() => limit.check('three', 0))!;
	assert.match(all.message, /^the studio gets too many requests at once/);
	assert.is(all.retryAfterS, 0.5);
});

test('a bucket is full at first and fills with time', () => {
	const bucket = new Bucket({ burst: 2, perSecond: 1 });
	bucket.charge(0.5, 1000);
	assert.equal([bucket.take(1000), bucket.take(1000), bucket.take(1500)], [0, 0.5, 0]);
	assert.is(bucket.take(1500), 1);
	const own = new Bucket({ burst: 1, perSecond: 0.001 });
	assert.equal([own.take(), own.take() > 999], [0, true]);
});

test('what a new client costs counts, and of thousands the quietest is forgotten', () => {
	const buckets = new Buckets({ burst: 1, perSecond: 0.001 });
	buckets.charge('new', 1, 0);
	assert.is(buckets.take('new', 0), 1000);
	for (let i = 0; i < 4095; i++) buckets.take(`client ${i}`, 0);
	assert.ok(buckets.take('new', 0) > 0, '4096 are kept');
	buckets.charge('new', 0, 0);
	buckets.take('one more', 0);
	assert.ok(buckets.take('new', 0) > 0, 'who did something lately is kept');
	assert.is(buckets.take('client 0', 0), 0, 'who was quiet longest is forgotten');
	assert.ok(buckets.take('client 4000', 0) > 0);
});

test('a client is a token in a household', () => {
	const request = (remoteAddress: string) => ({ socket: { remoteAddress }, headers: {} }) as unknown as IncomingMessage;
	const key = (token: string, address: string) => rateKey({ token } as unknown as Caller, request(address));
	assert.is(key('a', '2001:db8:0:1::1'), key('a', '2001:db8:0:1:2::3'));
	assert.is.not(key('a', '2001:db8:0:1::1'), key('a', '2001:db8:0:2::1'));
	assert.is(new Set([key('a', '192.0.2.1'), key('a', '192.0.2.2'), key('b', '192.0.2.1')]).size, 3);
	assert.is(key('a', '192.0.2.1'), key('a', '192.0.2.1'));
});

test.run();
