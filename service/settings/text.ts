/** From the bytes of a settings file to its text: anything that is not plain text is rejected before parsing. */
import { placeAt, SettingsError } from './settingsError.js';

/** With all comments a file has a few kB; the parser's worst case stays below a second. */
export const maxBytes = 128 * 1024;

/** Throws SettingsError. Strips a byte order mark. */
export function decode(bytes: Uint8Array): string {
	const lead = Buffer.from(bytes.subarray(0, 2)).toString('hex');
	if (lead === 'fffe' || lead === 'feff') throw at('', 0, 'the file is UTF-16; save it as UTF-8');
	const text = utf8(bytes);
	if (bytes.length > maxBytes) throw at(text, text.length, `the file is larger than ${maxBytes / 1024} kB; the limit is here`);
	check(text);
	return text;
}

function utf8(bytes: Uint8Array): string {
	// Beyond the limit nothing is read: a character may be cut there.
	const whole = bytes.length <= maxBytes;
	const kept = whole ? bytes : bytes.subarray(0, maxBytes);
	try {
		return new TextDecoder('utf-8', { fatal: true }).decode(kept, { stream: !whole });
	} catch {
		const { line, prefix } = firstBroken(kept);
		const column = new TextDecoder('utf-8').decode(prefix).search(/\ufffd|$/) + 1;
		throw new SettingsError([{ line, column, field: null, message: 'not UTF-8 text; save the file as UTF-8' }]);
	}
}

/** The first line that does not decode; a line feed is never part of another character. */
function firstBroken(bytes: Uint8Array): { line: number; prefix: Uint8Array } {
	let start = 0;
	for (let line = 1; ; line += 1) {
		const end = bytes.indexOf(0x0a, start);
		const prefix = bytes.subarray(start, end === -1 ? bytes.length : end);
		try {
			new TextDecoder('utf-8', { fatal: true }).decode(prefix);
		} catch {
			return { line, prefix };
		}
		if (end === -1) return { line, prefix };
		start = end + 1;
	}
}

/** Rejects what editors do not show: control characters, unusual line ends, tabs used as indentation. */
function check(text: string): void {
	// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
	const control = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff]|\r(?!\n)/.exec(text);
	const tab = /^ *\t(?=[\t ]*[^\s#])/m.exec(text);
	const offset = Math.min(control?.index ?? text.length, tab ? tab.index + tab[0].length - 1 : text.length);
	if (offset === text.length) return;
	if (text[offset] === '\t') throw at(text, offset, 'tabs cannot indent YAML; use spaces');
	const code = text.codePointAt(offset)!.toString(16).toUpperCase().padStart(4, '0');
	throw at(
		text,
		offset,
		code === '000D' ? 'unsupported line end (CR); use LF or CRLF' : `the character U+${code} is not allowed here`,
	);
}

function at(text: string, offset: number, message: string): SettingsError {
	return new SettingsError([placeAt(text, offset, message)]);
}
