import * as assert from 'uvu/assert';
import { LastingLimitation } from '../../../panel/data/rtc/lastingLimitation.js';
import { test } from '../../tools/suite.js';

/** `current` after each second's reason. */
function told(...reasons: string[]): string[] {
	const limitation = new LastingLimitation();
	return reasons.map((reason, second) => {
		const before = limitation.current;
		assert.is(limitation.read(reason, 5_000 + second * 1_000), limitation.current !== before);
		return limitation.current;
	});
}
const times = (count: number, reason: string) => Array<string>(count).fill(reason);

test('a limit of the first seconds is not told', () => {
	assert.equal(new Set(told(...times(9, 'bandwidth'), ...times(5, 'none'))), new Set(['none']));
});

test('one that lasts is told after 10 s, and its end at once', () => {
	const seen = told(...times(12, 'bandwidth'), 'none');
	assert.equal(seen, [...times(10, 'none'), ...times(2, 'bandwidth'), 'none']);
});

test('each reason lasts by itself, and what no browser says is none', () => {
	assert.equal(told(...times(8, 'bandwidth'), ...times(8, 'cpu'), 'other').at(-2), 'none');
	assert.equal(told(...times(11, 'cpu')).at(-1), 'cpu');
	assert.equal(told(...times(11, 'other')).at(-1), 'none');
});

test.run();
