import { suite } from 'uvu';
import { rounds } from '../tools/rounds.js';
import { FaultyShow } from '../tools/show.js';

const test = suite<{ show: FaultyShow }>('killed');

test.before(async (context) => {
	context.show = await FaultyShow.start();
});
test.after(async ({ show }) => {
	await show.stop();
});

test('killed: every source, streamer, return and recorder; the recording has every frame once', async ({ show }) => {
	await rounds(show, 'kill', 58);
});

test.run();
