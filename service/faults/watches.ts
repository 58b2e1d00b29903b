import { subjectLabel } from '../showLog/labels.js';
import type { Watch } from '../showLog/watch.js';

/** A fault's code and subject in one key; neither has a line break. */
const faultKey = (code: string, subject: string) => `${code}\n${subject}`;

const faults: Watch = {
	kind: 'fault',
	parts: ['faults'],
	noun: 'faults',
	read: ({ faults }) => faults.map(({ code, subject }) => [faultKey(code, subject), 'raised']),
	tell: ({ subject: key, now, state }) => {
		const [code = '', subject = ''] = key.split('\n');
		const fault = state.faults.find((fault) => fault.code === code && fault.subject === subject);
		const name = subjectLabel(state, subject);
		if (now === undefined) return { subject, event: 'cleared', text: `${name}: cleared (${code})` };
		return { subject, event: 'raised', text: `${name}: ${fault?.message ?? code}` };
	},
};

export const watches: readonly Watch[] = [faults];
