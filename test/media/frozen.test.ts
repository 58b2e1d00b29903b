import { suite } from 'uvu';
import { rounds } from '../tools/rounds.js';
import { FaultyShow } from '../tools/show.js';

const test = suite<{ show: FaultyShow }>('frozen');

test.before(async (context) => {
	context.show = await FaultyShow.start();
});
test.after(async ({ show }) => {
	await show.stop();
});

test('frozen for 5 s: every source, streamer, return and recorder; the recording has every frame once', async ({ show }) => {
	await rounds(show, 'stop', 59);
});

test.run();
