import { Spoken } from '../../elements/spoken.js';
import { guest as en, type Guest } from '../../texts/en/guest.js';
import { language } from '../../texts/language.js';
import { guest as no } from '../../texts/no/guest.js';

/** The texts of the guest's page. Another language changes them in place: a guest who is in stays in. */
export class Language extends Spoken {
	get texts(): Guest {
		return { en, no }[language];
	}
}
