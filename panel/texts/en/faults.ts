import { type FaultWords, faultKinds } from '../../../service/contract/faultKinds.js';

/** What is wrong and what to do, by code: the service says the same. */
export const faults: FaultWords = faultKinds;
