import { randomInt } from 'node:crypto';

/** Crockford's base 32: digits and letters without I, L, O and U, which are easily misread. */
const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** A code for typing: 5 bits per character. */
export function makeCode(characters: number): string {
	return Array.from({ length: characters }, () => alphabet[randomInt(alphabet.length)]).join('');
}

/** Normalises what was typed: lower case, dashes and spaces, O for 0, I and L for 1. */
export function typedCode(text: string): string {
	return text.toUpperCase().replace(/[\s-]/g, '').replaceAll('O', '0').replace(/[IL]/g, '1');
}

/** `ABCDEFGH` → `ABCD-EFGH`: easier to read aloud. */
export function shownCode(code: string): string {
	const half = Math.ceil(code.length / 2);
	return `${code.slice(0, half)}-${code.slice(half)}`;
}
