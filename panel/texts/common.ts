import { common as en } from './en/common.js';
import { followLanguage } from './language.js';
import { common as no } from './no/common.js';

/** Texts for every page, including those of guests and viewers, in the current language: read them when rendering. */
export let common = en;
followLanguage((id) => {
	common = { en, no }[id];
});
