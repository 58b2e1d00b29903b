export const languages = { en: { name: 'English', locale: 'en-GB' }, no: { name: 'Norsk', locale: 'nb-NO' } } as const;
export type LanguageId = keyof typeof languages;

/** The current language of all texts. */
export let language: LanguageId = 'en';

const followers: ((id: LanguageId) => void)[] = [];

/** Calls `use` with the current language now, and again after each change. */
export function followLanguage(use: (id: LanguageId) => void): void {
	followers.push(use);
	use(language);
}

export function setLanguage(id: LanguageId): void {
	language = id;
	for (const use of followers) use(id);
}

/** Locale for numbers and dates. */
export function locale(): string {
	return languages[language].locale;
}

/** The first of the browser's languages that the panel speaks; Norwegian has three codes. */
export function languageOf(wanted: readonly string[]): LanguageId {
	for (const tag of wanted) {
		const language = tag.toLowerCase().split('-')[0]!;
		if (['no', 'nb', 'nn'].includes(language)) return 'no';
		if (language === 'en') return 'en';
	}
	return 'en';
}
