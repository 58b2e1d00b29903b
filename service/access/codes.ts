import { randomInt } from 'node:crypto';

/** Crockford's base 32: digits and letters without I, L, O and U, which are misread or read as words. */
const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** A code to be typed: 5 bits a character. */
export function makeCode(characters: number): string {
	return Array.from({ length: characters }, () => alphabet[randomInt(alphabet.length)]).join('');
}

/** As it was made, however it was typed: small letters, dashes and blanks, O for 0, I and L for 1. */
export function typedCode(text: string): string {
	return text.toUpperCase().replace(/[\s-]/g, '').replaceAll('O', '0').replace(/[IL]/g, '1');
}

/** `ABCDEFGH` → `ABCD-EFGH`: easier to read out. */
export function shownCode(code: string): string {
	const half = Math.ceil(code.length / 2);
	return `${code.slice(0, half)}-${code.slice(half)}`;
}
