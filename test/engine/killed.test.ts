import { rounds } from '../tools/engine/rounds.js';
import { FaultyShow } from '../tools/engine/show.js';
import { timedSuite } from '../tools/suite.js';

export const alone = true;

/** One show for both, as it would be in use. */
const test = timedSuite<{ show: FaultyShow }>('killed and frozen');

test.before(async (context) => {
	context.show = await FaultyShow.start();
});
test.after(async ({ show }) => {
	// Without a show the error of its start is what is told.
	await show?.stop();
});

const who = 'every source, streamer, target, return and recorder';
test(`killed: ${who}; the recording has every frame once`, async ({ show }) => {
	await rounds(show, 'kill', 58);
});

test(`frozen for 5 s: ${who}; the recording has every frame once`, async ({ show }) => {
	await rounds(show, 'stop', 59);
});

test.run();
