/** Names, labels and messages typed by people. */
import { z } from 'zod';

/** Scripts that need joiners and non-joiners in their spelling. */
const joining = ['Arabic', 'Syriac', 'Mongolian', 'Nko', 'Mandaic'].map((script) => `\\p{Script=${script}}`).join('');
const indic = [
	...['Devanagari', 'Bengali', 'Gurmukhi', 'Gujarati', 'Oriya', 'Tamil', 'Telugu', 'Kannada', 'Malayalam', 'Sinhala'],
	...['Khmer', 'Myanmar', 'Tibetan'],
]
	.map((script) => `\\p{Script=${script}}`)
	.join('');
const emoji = String.raw`\p{Extended_Pictographic}`;

/**
 * U+200C and U+200D where they are visible, with what precedes them: between letters of a joining script, after a letter of an
 * Indic script, and U+200D between two emoji. Tags after a black flag make the flag of a region (UTS #51).
 */
const meant = [
	String.raw`[${joining}]\p{M}*[\u200c\u200d](?=[${joining}])`,
	String.raw`[${indic}][\u200c\u200d]`,
	String.raw`${emoji}[\ufe0f\u{1f3fb}-\u{1f3ff}]?\u200d(?=${emoji})`,
	String.raw`\u{1f3f4}[\u{e0020}-\u{e007e}]{1,6}\u{e007f}`,
].join('|');
/** Format characters that are visible: signs written over numbers and words. */
const subtending = String.raw`\u0600-\u0605\u06dd\u070f\u0890\u0891\u08e2\u{110bd}\u{110cd}`;
/**
 * Invisible characters that change how the rest is read: controls, formats (bidi overrides, zero widths, tags), lone surrogates,
 * noncharacters, and letters without a shape (Hangul fillers, the grapheme joiner, Khmer's inherent vowels).
 */
const unseen = String.raw`(?![${subtending}])[\p{Cc}\p{Cf}\p{Cs}\p{Noncharacter_Code_Point}\u034f\u115f\u1160\u17b4\u17b5\u2028\u2029\u3164\uffa0]`;
const pattern = new RegExp(`(?<meant>${meant})|(?<blank>[\\t\\n\\v\\f\\r\\x85\\u2028\\u2029]+)|${unseen}`, 'gu');

/** The text as displayed: one line, without invisible characters. */
export function plainText(text: string): string {
	return text.replace(pattern, (found, ...rest) => {
		const { meant, blank } = rest.at(-1) as Record<'meant' | 'blank', string | undefined>;
		if (meant !== undefined) return found;
		return blank === undefined ? '' : ' ';
	});
}

/** Every name, label and message from outside; invisible characters are removed before the length is checked. */
export const humanText = (most: number) => z.string().overwrite(plainText).trim().min(1).max(most);
