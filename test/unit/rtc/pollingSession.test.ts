import * as assert from 'uvu/assert';
import { PollingSession } from '../../../service/rtc/pollingSession.js';
import { PollingSessions } from '../../../service/rtc/pollingSessions.js';
import { ShowStub } from '../../tools/showStub.js';
import { test } from '../../tools/suite.js';

test('a session that nothing is left in for two minutes is forgotten, unless its connection lives', async () => {
	const show = new ShowStub();
	const sessions = new PollingSessions(show.media);
	const idle = sessions.open('idle', 'client');
	const living = sessions.open('living', 'client');
	const { session } = await show.media.publish('guest-ada', '');
	living.session = session;
	for (const { polled } of [idle, living]) polled.usedAt -= 121_000;
	assert.is(sessions.find('idle'), null);
	assert.is(sessions.find('living'), living);
	await show.media.close(session);
	assert.is(sessions.find('living'), null);
});

test('an answer needs an offer', () => {
	assert.throws(() => new PollingSession().setAnswer('v=0'), /no offer/);
});

test.run();
