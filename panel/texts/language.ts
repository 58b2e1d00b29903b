export const languages = { en: { name: 'English', locale: 'en-GB' }, no: { name: 'Norsk', locale: 'nb-NO' } } as const;
export type LanguageId = keyof typeof languages;

/** The language that every text is in now. */
export let language: LanguageId = 'en';

const followers: ((id: LanguageId) => void)[] = [];

/** Calls `use` with the language now, and again with every other that is chosen. */
export function followLanguage(use: (id: LanguageId) => void): void {
	followers.push(use);
	use(language);
}

export function setLanguage(id: LanguageId): void {
	language = id;
	for (const use of followers) use(id);
}

/** How numbers and dates are written. */
export function locale(): string {
	return languages[language].locale;
}

/** The first of the browser's languages that there are texts in; Norwegian has three codes. */
export function languageOf(wanted: readonly string[]): LanguageId {
	for (const tag of wanted) {
		const language = tag.toLowerCase().split('-')[0]!;
		if (['no', 'nb', 'nn'].includes(language)) return 'no';
		if (language === 'en') return 'en';
	}
	return 'en';
}
