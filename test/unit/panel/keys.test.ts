import * as assert from 'uvu/assert';
import { type KeyPress, keyAction, keyMap } from '../../../panel/pages/switcher/keys.js';
import { test } from '../../tools/suite.js';

const none = { shiftKey: false, ctrlKey: false, altKey: false, metaKey: false, repeat: false };
const press = (key: string, code: string, more: Partial<KeyPress> = {}): KeyPress => ({ key, code, ...none, ...more });

test('Space cuts, Enter mixes, numbers preview, Shift and a number go to program', () => {
	assert.equal(keyAction(press(' ', 'Space'), 'page'), { do: 'cut' });
	assert.equal(keyAction(press('Enter', 'Enter'), 'page'), { do: 'mix' });
	assert.equal(keyAction(press('3', 'Digit3'), 'page'), { do: 'preview', tile: 3 });
	assert.equal(keyAction(press('#', 'Digit3', { shiftKey: true }), 'page'), { do: 'program', tile: 3 });
	assert.equal(keyAction(press('"', 'Digit3'), 'page'), { do: 'preview', tile: 3 }, 'by position, as on French keyboards');
	assert.equal(keyAction(press('?', 'Slash', { shiftKey: true }), 'page'), { do: 'help' });
});

test('nothing happens while typing, on a held key, or with a modifier', () => {
	for (const key of [press(' ', 'Space'), press('1', 'Digit1'), press('?', 'Slash')]) {
		assert.is(keyAction(key, 'text'), null);
		assert.is(keyAction({ ...key, repeat: true }, 'page'), null);
		for (const modifier of ['ctrlKey', 'altKey', 'metaKey'])
			assert.is(keyAction({ ...key, [modifier]: true }, 'page'), null, modifier);
	}
	assert.is(keyAction(press('0', 'Digit0'), 'page'), null);
	assert.is(keyAction(press('x', 'KeyX'), 'page'), null);
});

test('the numeric pad gives the same numbers, and its Enter mixes', () => {
	for (let tile = 1; tile <= 9; tile += 1) {
		assert.equal(keyAction(press(String(tile), `Numpad${tile}`), 'page'), { do: 'preview', tile });
		assert.equal(keyAction(press('Home', `Numpad${tile}`, { shiftKey: true }), 'page'), { do: 'program', tile });
	}
	assert.equal(keyAction(press('Enter', 'NumpadEnter'), 'page'), { do: 'mix' });
	assert.is(keyAction(press('0', 'Numpad0'), 'page'), null);
	assert.is(keyAction(press('F1', 'F1'), 'page'), null);
});

test('N asks for a note, small or large, and Escape drops what is picked even from a button', () => {
	for (const key of ['n', 'N']) assert.equal(keyAction(press(key, 'KeyN'), 'button'), { do: 'note' });
	assert.equal(keyAction(press('Escape', 'Escape'), 'button'), { do: 'cancel' });
	assert.is(keyAction(press('n', 'KeyN'), 'text'), null);
});

test('on a focused button Space and Enter press it, and numbers still preview', () => {
	assert.is(keyAction(press(' ', 'Space'), 'button'), null);
	assert.is(keyAction(press('Enter', 'Enter'), 'button'), null);
	assert.equal(keyAction(press('1', 'Digit1'), 'button'), { do: 'preview', tile: 1 });
});

test('Escape drops the selection, also from a text field', () => {
	assert.equal(keyAction(press('Escape', 'Escape'), 'text'), { do: 'cancel' });
});

test('what is typed, or pressed with a key that only looks alike, is no number', () => {
	for (const code of ['Digit11', 'xDigit1', 'Digit', 'Numpad12', 'KeyDigit1'])
		assert.is(keyAction(press('?1', code), 'page'), null, code);
	assert.is(keyAction(press('Space', 'KeyS'), 'page'), null);
});

test('the list of keys names each of them once', () => {
	const keys = keyMap().map(([key]) => key);
	assert.is(new Set(keys).size, keys.length);
	assert.equal(keys, ['1 … 9', 'Shift + 1 … 9', 'Space', 'Enter', 'N', 'Esc', '?']);
	for (const [, meaning] of keyMap()) assert.match(meaning, /^[A-Z].{5}/);
});

test.run();
