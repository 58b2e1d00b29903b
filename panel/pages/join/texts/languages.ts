import { en } from './en.js';
import { no } from './no.js';

export const languages = { en: { name: 'English', texts: en }, no: { name: 'Norsk', texts: no } } as const;
export type LanguageId = keyof typeof languages;

/** The first of the browser's languages that there are texts in; Norwegian has three codes. */
export function languageOf(wanted: readonly string[]): LanguageId {
	for (const tag of wanted) {
		const language = tag.toLowerCase().split('-')[0]!;
		if (['no', 'nb', 'nn'].includes(language)) return 'no';
		if (language === 'en') return 'en';
	}
	return 'en';
}
