import * as en from './en/index.js';
import { followLanguage, type LanguageId } from './language.js';
import * as no from './no/index.js';

/**
 * One entry per page, plus `words` and `elements` for what they share. English sets the type: a missing text is a compile error.
 */
export type Texts = typeof en;
const catalogues: Record<LanguageId, Texts> = { en, no };

/** Texts of the operators' pages in the current language: read them when rendering. */
export let t: Texts = en;
followLanguage((id) => {
	t = catalogues[id];
});
