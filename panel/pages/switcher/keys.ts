import { t } from '../../texts/texts.js';
export type KeyAction =
	| { do: 'cut' | 'mix' | 'note' | 'help' | 'cancel' }
	/** The nth source tile, from 1. */
	| { do: 'preview' | 'program'; tile: number };

export interface KeyPress {
	key: string;
	code: string;
	shiftKey: boolean;
	ctrlKey: boolean;
	altKey: boolean;
	metaKey: boolean;
	repeat: boolean;
}

/** text: typing goes there. button: it has the focus, so Space and Enter press it. */
export type KeyTarget = 'text' | 'button' | 'page';

/** Shown by `?`; the numbers follow the order of the tiles. */
export function keyMap(): [keys: string, meaning: string][] {
	const { names, ...meanings } = t.switcher.keyMap;
	return [
		['1 … 9', meanings.preview],
		[`${names.shift} + 1 … 9`, meanings.program],
		[names.space, meanings.cut],
		[names.enter, meanings.mix],
		['N', meanings.note],
		[names.escape, meanings.cancel],
		['?', meanings.help],
	];
}

/** Digits by position (`code`), so that Shift and French keyboards give the same number. A held key acts once. */
export function keyAction(press: KeyPress, target: KeyTarget): KeyAction | null {
	if (press.repeat || press.ctrlKey || press.altKey || press.metaKey) return null;
	if (press.key === 'Escape') return { do: 'cancel' };
	if (target === 'text') return null;
	const digit = /^(?:Digit|Numpad)([1-9])$/.exec(press.code)?.[1];
	if (digit !== undefined) return { do: press.shiftKey ? 'program' : 'preview', tile: Number(digit) };
	if (press.key === '?') return { do: 'help' };
	if (press.key.toLowerCase() === 'n') return { do: 'note' };
	if (target === 'button') return null;
	if (press.code === 'Space') return { do: 'cut' };
	if (press.key === 'Enter') return { do: 'mix' };
	return null;
}
