import { Spoken } from '../../elements/spoken.js';
import { guest as en, type Guest } from '../../texts/en/guest.js';
import { language } from '../../texts/language.js';
import { guest as no } from '../../texts/no/guest.js';

/** Changes the language in place, so that a guest who has joined stays connected. */
export class Language extends Spoken {
	get texts(): Guest {
		return { en, no }[language];
	}
}
