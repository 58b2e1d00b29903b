import { type LanguageId, languageOf, languages, setLanguage } from './language.js';

const key = 'r58.language';

/** In the language chosen here before, else in the browser's. Called first thing, before an element shows. */
export function startLanguage(): void {
	const chosen = remembered();
	speak(chosen !== null && Object.hasOwn(languages, chosen) ? (chosen as LanguageId) : languageOf(navigator.languages));
}

/** Remembered in this browser. Event `language` on the document: whoever shows texts renders them again. */
export function chooseLanguage(id: LanguageId): void {
	try {
		localStorage.setItem(key, id);
	} catch {
		// Counts for this visit only.
	}
	speak(id);
	document.dispatchEvent(new Event('language'));
}

function speak(id: LanguageId): void {
	setLanguage(id);
	document.documentElement.lang = id;
}

function remembered(): string | null {
	try {
		return localStorage.getItem(key);
	} catch {
		return null;
	}
}
