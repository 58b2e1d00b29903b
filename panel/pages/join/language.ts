import type { ReactiveController, ReactiveControllerHost } from '@lit/reactive-element';
import { remember, remembered } from './preferences.js';
import type { Texts } from './texts/en.js';
import { type LanguageId, languageOf, languages } from './texts/languages.js';

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
