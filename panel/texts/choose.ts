import { type LanguageId, languageOf, languages, setLanguage } from './language.js';

const key = 'r58.language';

/** In the language chosen here before, otherwise the browser's. Called first, before any element renders. */
export function startLanguage(): void {
	const chosen = remembered();
	speak(chosen !== null && Object.hasOwn(languages, chosen) ? (chosen as LanguageId) : languageOf(navigator.languages));
}

/** Remembered in this browser. Dispatches `language` on the document: elements with texts render again. */
export function chooseLanguage(id: LanguageId): void {
	try {
		localStorage.setItem(key, id);
	} catch {
		// Applies to this visit only.
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
