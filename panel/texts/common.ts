import { common as en } from './en/common.js';
import { followLanguage } from './language.js';
import { common as no } from './no/common.js';

/** Texts of every page, those of guests and viewers too, in the language chosen now: read them when rendering. */
export let common = en;
followLanguage((id) => {
	common = { en, no }[id];
});
