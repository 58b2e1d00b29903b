import { type FaultReport, type FaultWords, faultKinds, faultText, isFaultCode } from '../../service/contract/faultKinds.js';
import type { Fault } from '../../service/contract/faults.js';
import { type LanguageId, language } from '../texts/language.js';
import { faults as norwegian } from '../texts/no/faults.js';

/** English texts come from the service. */
const catalogues: Record<LanguageId, FaultWords> = { en: faultKinds, no: norwegian };

/** What is wrong and what to do, in the chosen language; in the service's words if this panel does not know the fault. */
export function wordsOf({ code, params, message, remedy }: Fault): Pick<Fault, 'message' | 'remedy'> {
	if (language === 'en' || params === null || !isFaultCode(code)) return { message, remedy };
	return faultText({ code, params } as Pick<FaultReport, 'code' | 'params'>, catalogues[language]);
}
