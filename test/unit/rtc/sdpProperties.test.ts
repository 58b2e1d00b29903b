import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'sdp-transform';
import * as assert from 'uvu/assert';
import { maxCandidates } from '../../../service/rtc/candidates.js';
import { type CheckedOffer, checkOffer, finishAnswer, type OfferRules } from '../../../service/rtc/sdp.js';
import { StudioError } from '../../../service/util/errors.js';
import { mutated } from '../../tools/fuzz/mutations.js';
import { onThisMachine } from '../../tools/net/offers.js';
import { Random } from '../../tools/random.js';
import { root } from '../../tools/service.js';
import { test } from '../../tools/suite.js';

/** Real offers of browsers and programs, changed line by line: whatever comes of it, what leaves is SDP that was meant. */
const folder = join(root, 'test/fixtures/offers');
const offers = readdirSync(folder).map((name) => readFileSync(join(folder, name), 'utf8'));
const lines = offers.flatMap((text) => text.split('\r\n').filter((line) => line !== ''));
const count = process.env.R58_LONG ? 40_000 : 1000;
/** Processor time for one offer and its answer: the worst of 32 kB takes less than half of it. */
const mostMs = 30;

const words: readonly [string, string][] = [
	['sendonly', 'recvonly'],
	['H264', 'h264'],
	['BUNDLE', 'LS'],
	['actpass', 'active'],
];
const values = [
	'',
	'0',
	'-1',
	'65536',
	'4294967296',
	'x'.repeat(900),
	'a b',
	'\r',
	'\u0000',
	'ü\u2028',
	'*',
	'127',
	'1 '.repeat(300),
];

/** One change that keeps most of an offer what it is. */
function changed(text: string, random: Random): string {
	const all = text.split('\r\n');
	const pick = <T>(list: readonly T[]): T => list[Math.floor(random.next() * list.length)]!;
	const at = Math.floor(random.next() * all.length);
	switch (Math.floor(random.next() * 7)) {
		case 0:
			return all.toSpliced(at, 0, pick(lines)).join('\r\n');
		case 1:
			return all.toSpliced(at, 1).join('\r\n');
		case 2:
			return all
				.with(
					at,
					all[at]!.replace(/:.*/, () => `:${pick(values)}`),
				)
				.join('\r\n');
		case 3:
			return all
				.with(
					at,
					all[at]!.replace(/\d+/, () => pick(values)),
				)
				.join('\r\n');
		case 4: {
			const [head, ...media] = text.split(/(?=^m=)/m);
			return [head, ...random.shuffled([...media, ...(random.next() < 0.3 ? [pick(media)] : [])])].join('');
		}
		case 5: {
			const address = pick(['192.0.2.7', '127.0.0.1', '10.0.0.9', '::1', 'fd00::5', 'x.local', '224.0.0.1']);
			const more = Array.from({ length: 20 }, (_, i) => `a=candidate:${i} 1 udp 1 ${address} ${1000 + i} typ host`);
			return all.toSpliced(at, 0, ...more).join('\r\n');
		}
		default:
			return text.replaceAll(...pick(words));
	}
}

/** As webrtcbin says it, in short. */
function answered({ lines, audio, video }: CheckedOffer): string {
	const sections = lines
		.filter(({ kept }) => kept)
		.map(({ kind, mid }) => {
			const pt = (kind === 'video' ? video : audio)!.pt;
			return `m=${kind} 9 UDP/TLS/RTP/SAVPF ${pt}\r\nc=IN IP4 0.0.0.0\r\na=mid:${mid}\r\na=setup:active\r\na=recvonly\r\n`;
		});
	return `v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\n${sections.join('')}`;
}

function wellFormed(text: string, what: string): void {
	assert.ok(text.endsWith('\r\n'), what);
	// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
	for (const line of text.slice(0, -2).split('\r\n')) assert.match(line, /^[a-z]=[^\x00-\x1f\x7f]*$/, what);
}

/** Throws what is no refusal. */
function judge(text: string, rules: OfferRules): 'taken' | 'refused' {
	let checked: CheckedOffer;
	try {
		checked = checkOffer(text, rules);
	} catch (error) {
		if (error instanceof StudioError && ['bad-sdp', 'unsupported-media'].includes(error.code)) return 'refused';
		throw error;
	}
	wellFormed(checked.offer, 'the trimmed offer');
	const kept = checked.lines.filter((line) => line.kept);
	const { media } = parse(checked.offer);
	assert.equal(
		media.map(({ type, mid }) => [type, String(mid)]),
		kept.map(({ kind, mid }) => [kind, mid]),
	);
	assert.ok(media.flatMap(({ candidates = [] }) => candidates).length <= maxCandidates);
	for (const line of media) assert.ok(line.rtp.length === 1 || (line.rtp.length === 2 && line.rtp[1]!.codec === 'rtx'));
	// What was trimmed is an offer that is taken for the same.
	const again = checkOffer(checked.offer, rules);
	assert.equal([again.video?.pt, again.audio?.pt, again.ufrag], [checked.video?.pt, checked.audio?.pt, checked.ufrag]);
	const answer = finishAnswer(answered(checked), checked);
	wellFormed(answer, 'the answer');
	assert.equal(
		parse(answer).media.map(({ type, mid }) => [type, String(mid)]),
		checked.lines.map(({ kind, mid }) => [kind, mid]),
	);
	return 'taken';
}

function processorMs(run: () => unknown): number {
	const before = process.cpuUsage();
	run();
	const { user, system } = process.cpuUsage(before);
	return (user + system) / 1000;
}

test(`${count} changed offers are refused by name or taken as what they are, in bounded time`, () => {
	const seen = { taken: 0, refused: 0 };
	for (let seed = 1; seed <= count; seed++) {
		const random = new Random(seed);
		let text = offers[seed % offers.length]!;
		for (let changes = 1 + Math.floor(random.next() * 4); changes > 0; changes--) text = changed(text, random);
		if (seed % 10 === 0) text = mutated(text, random);
		const rules: OfferRules = { direction: random.next() < 0.5 ? 'publish' : 'watch', way: onThisMachine };
		const run = () => judge(text, rules);
		try {
			let ms = processorMs(() => seen[run()]++);
			// Compiling and collecting are no time of the offer's.
			for (let tries = 4; ms > mostMs && tries > 0; tries--) ms = Math.min(ms, processorMs(run));
			assert.ok(ms <= mostMs, `${ms} ms of processor time`);
		} catch (error) {
			console.log(`seed ${seed}, ${rules.direction}:\n${JSON.stringify(text)}`);
			throw error;
		}
	}
	assert.ok(seen.taken > count / 10 && seen.refused > count / 10, JSON.stringify(seen));
});

test.run();
