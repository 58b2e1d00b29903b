/** The words of every fault, in both languages of the panel. */
import * as assert from 'uvu/assert';
import { wordsOf } from '../../../panel/data/faultText.js';
import { setLanguage } from '../../../panel/texts/language.js';
import { type FaultReport, faultKinds, faultText } from '../../../service/contract/faultKinds.js';
import { pastFaultSchema } from '../../../service/contract/faults.js';
import { remedyText, remedyWords } from '../../../service/contract/remedies.js';
import { Faults } from '../../../service/faults/faults.js';
import { createLog } from '../../../service/util/log.js';
import { faultCodes, faultSample } from '../../tools/faultSamples.js';
import { ShowStub } from '../../tools/showStub.js';
import { test } from '../../tools/suite.js';

/** As it comes over the wire. */
function raised(report: FaultReport) {
	const faults = new Faults(new ShowStub().state, createLog('silent'));
	faults.raise(report);
	return JSON.parse(JSON.stringify(faults.list()[0])) as ReturnType<Faults['list']>[number];
}

test.after(() => setLanguage('en'));

test('every fault says what is wrong in English and in Norwegian, and what to do where there is something to do', () => {
	assert.equal(faultCodes.sort(), Object.keys(faultKinds).sort());
	for (const code of faultCodes) {
		const fault = raised(faultSample(code, 'x'));
		setLanguage('en');
		const english = wordsOf(fault);
		assert.equal(english, faultText(faultSample(code, 'x')), code);
		setLanguage('no');
		const norwegian = wordsOf(fault);
		for (const text of [english.message, english.remedy!, norwegian.message, norwegian.remedy!]) {
			assert.match(text, /\p{L} \p{L}|: /u, code);
			assert.not.match(text, /undefined|null|\[object|NaN/, code);
			assert.not.match(text, /\.$/, `${code}: pages end it`);
		}
		// Foreign words stay as they are.
		if (code !== 'settings') assert.is.not(norwegian.message, english.message, code);
		assert.is.not(norwegian.remedy, english.remedy, code);
	}
});

test('names and figures are in the words of both languages', () => {
	const lost = raised(faultSample('host-restarted', 'encoder program'));
	assert.is(lost.message, 'killed by the kernel: out of memory; 40 ms of the program were lost');
	setLanguage('no');
	assert.is(wordsOf(lost).message, 'killed by the kernel: out of memory; 40 ms av programmet gikk tapt');
	const unread = raised(faultSample('left-out', 'scenes'));
	assert.is(unread.message, '7 of the scenes cannot be used and were left out: a (no layers); and 2 more');
	assert.is(wordsOf(unread).message, '7 av scenene kan ikke brukes og er utelatt: a (no layers); og 2 til');
	const sender = raised(
		faultSample('no-picture', 'guest a', { name: 'Ada', unsent: 0, reason: 'odd', remedy: { code: 'picture-too-large' } }),
	);
	assert.equal([sender.message, wordsOf(sender).message], ['Ada: odd', 'Ada: odd']);
	assert.match(wordsOf(sender).remedy!, /Full HD/);
});

test('every certificate and ICE server that may be wrong has its words', () => {
	const reports = [
		...(['unbounded', 'early', 'ends', 'ended'] as const).map((problem) => ({
			of: 'authority' as const,
			problem,
			date: 'Jan 1',
		})),
		...(['ends', 'ended'] as const).map((problem) => ({ of: 'own' as const, problem, date: 'Jan 1' })),
		{ of: 'acme' as const, name: 'studio.example.org', error: '503' },
	].map((params) => faultSample('certificate', 'x', params));
	reports.push(faultSample('ice-server', 'Cloudflare', { kind: 'cloudflare', error: 'it answers with status 500' }));
	assert.is(raised(reports.at(-1)!).message, 'no TURN credentials from Cloudflare: it answers with status 500');
	for (const language of ['en', 'no'] as const) {
		setLanguage(language);
		const told = reports.map((report) => wordsOf(raised(report)));
		assert.is(new Set(told.map(({ message }) => message)).size, reports.length);
		for (const { message, remedy } of told) assert.ok(message.length > 20 && remedy!.length > 20, message);
	}
});

test('a fault of another version is shown in the words it came with', () => {
	const before = { code: 'sound', subject: 'hdmi1', message: 'gone', since: '', count: 1, remedy: 'plug it in', until: '' };
	setLanguage('no');
	assert.equal(wordsOf(pastFaultSchema.parse(before)), { message: 'gone', remedy: 'plug it in' });
	assert.equal(wordsOf({ ...before, code: 'of-tomorrow', params: {} }), { message: 'gone', remedy: 'plug it in' });
});

test('every remedy for what others say has its words', () => {
	for (const code of Object.keys(remedyWords) as (keyof typeof remedyWords)[])
		assert.match(remedyText({ code, of: 'thing' })!, /\w+ \w+ \w+/, code);
	assert.is(remedyText({ code: 'install-package', of: 'openssh-client' }), 'Install the Debian package openssh-client');
	assert.is(remedyText(null), null);
});

test.run();
