import * as assert from 'uvu/assert';
import { RtcSessions } from '../../../service/rtc/sessions.js';
import { StudioError } from '../../../service/util/errors.js';
import { test } from '../../tools/suite.js';

type Session = Parameters<RtcSessions['add']>[0];

/** Sessions, and how often the one that `add` makes was closed. */
function sessionsOf() {
	const sessions = new RtcSessions();
	let closed = 0;
	const close = async () => {
		closed += 1;
	};
	return {
		sessions,
		add: () => sessions.add({ subject: 'guest-1', close } as Partial<Session> as Session),
		closed: () => closed,
	};
}

test('an answer in time is passed on, and so is an error', async () => {
	const { sessions, add, closed } = sessionsOf();
	const session = add();
	assert.equal(await sessions.inTime(Promise.resolve({ session, answer: 'sdp' })), { session, answer: 'sdp' });
	const refused = sessions.inTime(Promise.reject(new StudioError('busy', 'full')));
	assert.is(await refused.catch(({ code }) => code), 'busy');
	assert.is(closed(), 0);
	assert.is(sessions.subject(session), 'guest-1');
});

test('a late answer is refused with a time to try again, and its session closed when it comes', async () => {
	const { sessions, add, closed } = sessionsOf();
	let finish!: (answer: { session: string; answer: string }) => void;
	const work = new Promise<{ session: string; answer: string }>((resolve) => {
		finish = resolve;
	});
	const error = await sessions.inTime(work, 1).catch((error: unknown) => error);
	assert.instance(error, StudioError);
	const { code, retryAfterS } = error as StudioError;
	assert.equal([code, retryAfterS], ['timeout', 2]);
	const session = add();
	assert.is(closed(), 0);
	finish({ session, answer: 'sdp' });
	await work;
	assert.is(closed(), 1);
	assert.is(sessions.subject(session), null);
});

test('late work that fails in the end is nobody’s unhandled rejection', async () => {
	const { sessions } = sessionsOf();
	let fail!: (error: Error) => void;
	const work = new Promise<never>((_, reject) => {
		fail = reject;
	});
	const unhandled: unknown[] = [];
	const note = (error: unknown) => unhandled.push(error);
	process.on('unhandledRejection', note);
	assert.is(await sessions.inTime(work, 1).catch(({ code }) => code), 'timeout');
	fail(new Error('gone'));
	await new Promise((resolve) => setImmediate(resolve));
	process.off('unhandledRejection', note);
	assert.equal(unhandled, []);
});

test.run();
