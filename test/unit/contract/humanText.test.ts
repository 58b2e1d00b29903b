import * as assert from 'uvu/assert';
import { humanText, plainText } from '../../../service/contract/humanText.js';
import { test } from '../../tools/suite.js';

test('controls, bidi overrides, zero widths and letters without a shape are left out', () => {
	const cases: [string, string][] = [
		['Ada\u202e\u2066\u061c Lovelace\u2069', 'Ada Lovelace'],
		['A\u0000d\u0007a\u001b[31m\u007f\u009b', 'Ada[31m'],
		['Ada\u200b\u200e\u2060\ufeff\u00ad\u180e', 'Ada'],
		['two\r\nlines\u2028and\ttabs', 'two lines and tabs'],
		['Ada\u200dAda\u200c 1\u200d2', 'AdaAda 12'],
		['\u3164\u115fAda\uffa0\u034f', 'Ada'],
		['Ada\ud800 \udc00', 'Ada '],
		['Ada\u{e0041}\u{e007f}\uffff', 'Ada'],
		['\u0639\u200c', '\u0639'],
	];
	for (const [given, seen] of cases) assert.is(plainText(given), seen, JSON.stringify(given));
});

test('what people write with these characters stays', () => {
	const names = [
		'Åse Ødegård',
		'علی\u200cرضا',
		'مِی\u200cخواهم',
		'ශ්\u200dරී ලංකා',
		'അവന്\u200d',
		'👩🏽\u200d💻 Ada 👨\u200d👩\u200d👧 ❤️\u200d🔥 🏳️\u200d🌈',
		'🏴\u{e0067}\u{e0062}\u{e0073}\u{e0063}\u{e0074}\u{e007f}',
		'עברית العربية 한국어 日本語',
		'\u0600١٢٣',
		'Zoë e\u0301 1️⃣',
	];
	for (const name of names) assert.is(plainText(name), name);
});

test('a name of which nothing is seen is none, and the length is that of what is seen', () => {
	const name = humanText(3);
	for (const nothing of ['', ' ', '\u200b\u202e', '\u3164', ' \u00a0\u2060\n']) assert.not.ok(name.safeParse(nothing).success);
	assert.is(name.parse(`\u202e${'\u200b'.repeat(100)}Ada `), 'Ada');
	assert.not.ok(name.safeParse('Adam').success);
});

test('a name stays the same, however often it is read', () => {
	const parts = [
		'\u200d',
		'\u200c',
		'\u202e',
		'A',
		'ع',
		'👩',
		'\ufe0f',
		'ක',
		'\u0dca',
		'\u{1f3f4}',
		'\u{e0067}',
		'\u{e007f}',
		'\n',
		'\ud83d',
	];
	for (let seed = 1; seed < 3000; seed++) {
		let rest = seed * 7919;
		let text = '';
		while (rest > 0) {
			text += parts[rest % parts.length];
			rest = Math.floor(rest / parts.length);
		}
		const once = plainText(text);
		assert.is(plainText(once), once, JSON.stringify(text));
	}
});

test.run();
