import type { ReactiveController, ReactiveControllerHost } from '@lit/reactive-element';
import { remember, remembered } from './preferences.js';
import { en, type Texts } from './texts/en.js';
import { no } from './texts/no.js';

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

/** The texts of the page: in the browser's language, or in the one chosen here before. */
export class Language implements ReactiveController {
	id: LanguageId;

	constructor(readonly host: ReactiveControllerHost) {
		const chosen = remembered('language');
		this.id = chosen === 'en' || chosen === 'no' ? chosen : languageOf(navigator.languages);
		host.addController(this);
	}

	get texts(): Texts {
		return languages[this.id].texts;
	}

	hostConnected(): void {
		document.documentElement.lang = this.id;
	}

	choose(id: LanguageId): void {
		this.id = id;
		remember('language', id);
		document.documentElement.lang = id;
		this.host.requestUpdate();
	}
}
