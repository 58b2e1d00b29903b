import { readFileSync } from 'node:fs';
import { parse } from 'sdp-transform';
import * as assert from 'uvu/assert';
import { mayBeAt, type PeerWay } from '../../../service/network/peerWay.js';
import { PeerCandidates } from '../../../service/rtc/candidates.js';
import { maxOfferBytes, maxOfferLines } from '../../../service/rtc/offerText.js';
import { type CheckedOffer, checkOffer, finishAnswer, type OfferRules, parseFragment } from '../../../service/rtc/sdp.js';
import { StudioError } from '../../../service/util/errors.js';
import { onThisMachine } from '../../tools/net/offers.js';
import { suite } from '../../tools/suite.js';

const offer = (name: string) => readFileSync(new URL(`../../../../test/fixtures/offers/${name}.sdp`, import.meta.url), 'utf8');
const publish: OfferRules = { direction: 'publish', way: onThisMachine };
const watch: OfferRules = { direction: 'watch', way: onThisMachine };

function refusal(run: () => unknown): StudioError {
	try {
		run();
	} catch (error) {
		if (error instanceof StudioError) return error;
		throw error;
	}
	throw new Error('it was taken');
}

/** Without the lines that fit. */
const without = (text: string, pattern: RegExp) =>
	text
		.split('\r\n')
		.filter((line) => !pattern.test(line))
		.join('\r\n');

/** As webrtcbin 1.22 says it. */
const answered = (checked: CheckedOffer) =>
	[
		'v=0',
		'o=- 1 1 IN IP4 0.0.0.0',
		's=-',
		't=0 0',
		'a=ice-options:trickle',
		'a=group:BUNDLE 0',
		...checked.lines
			.flatMap(({ kind, mid, kept }) => (kept && kind !== 'application' ? [{ kind, mid }] : []))
			.flatMap(({ kind, mid }, index) => [
				`m=${kind} 9 UDP/TLS/RTP/SAVPF ${checked[kind]!.pt}`,
				'c=IN IP4 0.0.0.0',
				`a=mid:${mid}`,
				'a=setup:active',
				`a=rtpmap:${checked[kind]!.pt} ${kind === 'video' ? 'H264/90000' : 'OPUS/48000/2'}`,
				`a=fmtp:${checked[kind]!.pt} profile=constrained-baseline`,
				'a=ssrc:77 msid:r58 webrtctransceiver0',
				'a=ssrc:77 cname:r58',
				checked.direction === 'watch' ? 'a=sendonly' : 'a=recvonly',
				...(index > 0
					? []
					: [
							'a=candidate:1 1 UDP 2015363327 192.0.2.2 50000 typ host',
							'a=candidate:1 1 UDP 2015363327 192.0.2.2 50000 typ host',
							'a=candidate:2 1 UDP 2015363327 127.0.0.1 50001 typ host',
							'a=candidate:3 1 UDP 2015363327 fe80::1 50002 typ host',
							'a=candidate:4 1 TCP 1015021823 192.0.2.2 9 typ host tcptype active',
						]),
			]),
		'',
	].join('\r\n');

const offers = suite('offers');

const taken: [
	name: string,
	rules: OfferRules,
	video: { codec: string; pt: number; rtx?: number },
	audioPt: number,
	candidates: number,
][] = [
	['chromium-publish', publish, { codec: 'H264', pt: 108, rtx: 109 }, 111, 2],
	['firefox-publish', publish, { codec: 'H264', pt: 126, rtx: 127 }, 109, 1],
	['obs-publish', publish, { codec: 'H264', pt: 96, rtx: undefined }, 111, 0],
	['chromium-watch', watch, { codec: 'H264', pt: 108, rtx: 109 }, 111, 2],
	['firefox-watch', watch, { codec: 'H264', pt: 126, rtx: 127 }, 109, 1],
	['gstreamer-publish', publish, { codec: 'H264', pt: 96, rtx: undefined }, 97, 0],
	['gstreamer-watch', watch, { codec: 'H264', pt: 96, rtx: undefined }, 97, 0],
	['pion-publish', publish, { codec: 'H264', pt: 125, rtx: 107 }, 111, 0],
	['pion-watch', watch, { codec: 'H264', pt: 125, rtx: 107 }, 111, 0],
];
for (const [name, rules, { codec, pt, rtx }, audioPt, candidates] of taken) {
	offers(`${name} is taken with its own payload types`, () => {
		const checked = checkOffer(offer(name), rules);
		assert.equal([checked.video?.codec, checked.video?.pt, checked.video?.rtx, checked.audio?.pt], [codec, pt, rtx, audioPt]);
		assert.match(checked.fingerprint, /^sha-256 ([0-9A-F]{2}:){31}[0-9A-F]{2}$/);
		assert.is(checked.trickle, true);
		const { media, groups } = parse(checked.offer);
		for (const line of media) {
			assert.equal(
				line.rtp.map(({ payload }) => payload).filter((p) => p !== rtx),
				[line.type === 'audio' ? audioPt : pt],
			);
			assert.is(line.direction, rules.direction === 'publish' ? 'sendonly' : 'recvonly');
		}
		assert.equal(groups, [{ type: 'BUNDLE', mids: media.map(({ mid }) => mid).join(' ') }]);
		assert.is(media.length, 2);
		assert.is(media[0]!.candidates?.length ?? 0, candidates);
		assert.is(media[1]!.candidates, undefined);
	});
}

offers('a guest keeps loss reports, key-frame requests and its bandwidth estimate', () => {
	const trimmed = checkOffer(offer('chromium-publish'), publish).offer;
	for (const line of ['rtcp-fb:108 nack', 'rtcp-fb:108 nack pli', 'rtcp-fb:108 ccm fir', 'rtcp-fb:108 transport-cc'])
		assert.ok(trimmed.includes(`a=${line}\r\n`), line);
	assert.match(trimmed, /a=extmap:3 http:\/\/www\.ietf\.org\/id\/draft-holmer-rmcat-transport-wide-cc-extensions-01/);
	assert.match(trimmed, /a=extmap:2 http:\/\/www\.webrtc\.org\/experiments\/rtp-hdrext\/abs-send-time/);
	assert.is(trimmed.match(/a=extmap/g)?.length, 4);
});

offers('mDNS names, TCP and link-local candidates are left out', () => {
	assert.not.match(checkOffer(offer('firefox-publish'), publish).offer, /\.local|TCP/);
});

offers('a guest without a usable H.264 is taken with VP8', () => {
	const text = offer('firefox-publish').replaceAll(/profile-level-id=\w+/g, 'profile-level-id=f4001f');
	assert.equal(checkOffer(text, publish).video, { codec: 'VP8', pt: 120, fmtp: '', rtx: 124 });
});

offers('constrained baseline is preferred to baseline and main', () => {
	const main = without(offer('chromium-publish'), /profile-level-id=42/);
	assert.match(checkOffer(offer('chromium-publish'), publish).video!.fmtp, /profile-level-id=42e01f/);
	assert.match(checkOffer(main, publish).video!.fmtp, /packetization-mode=1;profile-level-id=4d001f/);
});

/** RFC 6184 table 5 and what encoders write; null where nothing is named, which a viewer may leave to the program. */
const spelled: [level: string | null, mode: number | null, publish: boolean, watch: boolean][] = [
	['42e01f', 1, true, true],
	['42401f', 1, true, true],
	['42C028', 1, true, true],
	['4d801f', 1, true, true],
	['4de01f', 1, true, true],
	['58c01f', 1, true, true],
	['42001f', 1, true, true],
	['42801f', 1, true, true],
	['58801f', 1, true, true],
	['4d001f', 1, true, true],
	['4d401f', 1, true, true],
	['64001f', 1, true, false],
	['640c1f', 1, true, false],
	['640028', 0, true, false],
	['42e01f', 0, true, false],
	['42e01f', null, true, true],
	[null, 1, true, true],
	[null, null, true, true],
	['58001f', 1, false, false],
	['6e001f', 1, false, false],
	['7a001f', 1, false, false],
	['f4001f', 1, false, false],
	['42e0', 1, false, false],
	['42e01f', 2, false, false],
];
for (const [level, mode, ...taken] of spelled) {
	const params = [mode !== null && `packetization-mode=${mode}`, level !== null && `profile-level-id=${level}`].filter(Boolean);
	offers(`H.264 with ${params.join(';') || 'no parameters'} is ${taken[0] ? 'taken from' : 'refused to'} a guest`, () => {
		for (const [index, name] of ['obs-publish', 'obs-watch'].entries()) {
			const rules = index === 0 ? publish : watch;
			const base = name === 'obs-watch' ? offer('obs-publish').replaceAll('a=sendonly', 'a=recvonly') : offer(name);
			for (const written of [
				params.join(';'),
				params.join(' ; ').replace(/\b[a-z]+(-[a-z]+)+/g, (found) => found.toUpperCase()),
			]) {
				const text = base.replace(/a=fmtp:96 .*\r\n/, written === '' ? '' : `a=fmtp:96 ${written}\r\n`);
				if (taken[index] !== true) {
					assert.match(refusal(() => checkOffer(text, rules)).message, /H\.264/);
					continue;
				}
				const checked = checkOffer(text, rules);
				const packets = mode ?? (rules === watch ? 1 : 0);
				assert.equal(checked.video!.h264, { mode: packets, level });
				const { fmtp } = parse(finishAnswer(answered(checked), checked)).media.find(({ type }) => type === 'video')!;
				const config = fmtp[0]!.config;
				assert.ok(config.includes(`packetization-mode=${packets}`), config);
				assert.is(/profile-level-id=(\w+)/.exec(config)?.[1] ?? null, level);
			}
		}
	});
}

offers('parameter sets that are only in the offer go on to the decoder', () => {
	const text = offer('obs-publish').replace('a=fmtp:96 ', 'a=fmtp:96 sprop-parameter-sets=Z0IAKeKQFAe2AtwEBAaQeJEV,aM48gA==;');
	assert.match(checkOffer(text, publish).offer, /a=fmtp:96 .*;sprop-parameter-sets=Z0IAKeKQFAe2AtwEBAaQeJEV,aM48gA==\r\n/);
});

offers('a viewer without H.264 is told so', () => {
	const error = refusal(() => checkOffer(without(offer('chromium-watch'), /^a=rtpmap:\d+ (H264|VP9|AV1|H265)/), watch));
	assert.is(error.code, 'unsupported-media');
	assert.match(error.message, /this viewer offers VP8 only; the program is H\.264/);
});

offers('sound alone is taken, and a line the streamer has nothing for is left to be rejected', () => {
	const checked = checkOffer(offer('chromium-watch'), { ...watch, audio: false });
	assert.is(checked.audio, undefined);
	assert.equal(
		checked.lines.map(({ mid, kept }) => [mid, kept]),
		[
			['0', true],
			['1', false],
		],
	);
	assert.match(checked.offer, /a=group:BUNDLE 0\r\n/);
	const audioOnly = checkOffer(offer('firefox-watch'), { ...watch, video: false });
	assert.equal([audioOnly.video, audioOnly.audio?.pt], [undefined, 109]);
	assert.is(
		refusal(() => checkOffer(offer('firefox-watch'), { ...watch, video: false, audio: false })).code,
		'unsupported-media',
	);
});

offers('transport at session level counts for all lines', () => {
	const text = offer('obs-publish');
	const { ufrag, fingerprint, setup } = checkOffer(
		without(text, /^a=setup/).replace('a=group:LS', 'a=setup:active\r\na=group:LS'),
		publish,
	);
	assert.equal([ufrag, setup], ['mqbP', 'active']);
	assert.match(fingerprint, /^sha-256 F3:38/);
});

const chromium = offer('chromium-publish');
const refused: [what: string, text: string, rules: OfferRules, code: string, message: RegExp][] = [
	['an empty body', '', publish, 'bad-sdp', /empty/],
	['text that is no SDP', 'hello', publish, 'bad-sdp', /must start with v=0/],
	['SDP with a line that is none', 'v=0\r\nhello\r\n', publish, 'bad-sdp', /“hello” is not an SDP line/],
	['an oversized body', `${chromium}a=x:${'y'.repeat(maxOfferBytes)}\r\n`, publish, 'bad-sdp', /longer than 32768 bytes/],
	['too many lines', `${chromium}${'a=x\r\n'.repeat(maxOfferLines)}`, publish, 'bad-sdp', /more than 600 lines/],
	['an endless line', `${chromium}a=fmtp:108 ${'x'.repeat(1024)}\r\n`, publish, 'bad-sdp', /longer than 1024 characters/],
	[
		'a media line after a lone CR',
		'v=0\r\na=setup:actpass\rm=\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\n',
		publish,
		'bad-sdp',
		/“m=” is not a media line/,
	],
	['SDP with a control character', 'v=0\r\na=fmtp:96 profile\u001f=1\r\n', publish, 'bad-sdp', /control characters/],
	['no media line', 'v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\n', publish, 'bad-sdp', /no media line/],
	[
		'a guest that only receives',
		offer('chromium-watch'),
		publish,
		'unsupported-media',
		/video is recvonly; .*sendonly or sendrecv/,
	],
	['a viewer that sends', chromium, watch, 'unsupported-media', /audio is sendonly; .*recvonly or sendrecv/],
	['an inactive line', chromium.replace('a=sendonly', 'a=inactive'), publish, 'unsupported-media', /inactive/],
	[
		'two data channel lines',
		`${chromium}${'m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\n'.repeat(2)}`,
		publish,
		'unsupported-media',
		/2 application lines/,
	],
	['text', `${chromium}m=text 9 RTP/SAVPF 98\r\na=mid:2\r\n`, publish, 'unsupported-media', /m=text is not supported/],
	[
		'a data channel alone',
		without(chromium, /^a=(candidate|group)/)
			.replace(/m=audio[\s\S]*/, '')
			.concat('m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\na=mid:0\r\n'),
		publish,
		'unsupported-media',
		/no usable media line/,
	],
	['two video lines', `${chromium}${chromium.slice(chromium.indexOf('m=video'))}`, publish, 'unsupported-media', /2 video lines/],
	['simulcast', `${chromium}a=rid:0 send\r\na=simulcast:send 0\r\n`, publish, 'unsupported-media', /simulcast/],
	['lines that are not bundled', without(chromium, /^a=group/), publish, 'bad-sdp', /BUNDLE/],
	['no fingerprint', without(chromium, /^a=fingerprint/), publish, 'bad-sdp', /fingerprint/],
	['a weak fingerprint', chromium.replaceAll('sha-256', 'sha-1'), publish, 'bad-sdp', /sha-256/],
	['no ICE credentials', without(chromium, /^a=ice-ufrag/), publish, 'bad-sdp', /ice-ufrag/],
	['a hostile ufrag', chromium.replaceAll(/a=ice-ufrag:.*/g, 'a=ice-ufrag:a b'), publish, 'bad-sdp', /ice-ufrag/],
	['no role in the handshake', chromium.replaceAll('actpass', 'holdconn'), publish, 'bad-sdp', /“holdconn”/],
	[
		'no codec that fits',
		without(chromium, /^a=rtpmap:\d+ (H264|VP8)/),
		publish,
		'unsupported-media',
		/supported are H\.264 .* or VP8/,
	],
	['no Opus', without(chromium, /^a=rtpmap:\d+ opus/), publish, 'unsupported-media', /Opus is supported/],
	['a line without mid', without(chromium, /^a=mid:0/), publish, 'bad-sdp', /a=mid/],
	['tracks of two streams', chromium.replace(/a=msid:\S+/, 'a=msid:other'), publish, 'unsupported-media', /one MediaStream/],
];
for (const [what, text, rules, code, message] of refused) {
	offers(`${what} is refused by name`, () => {
		const error = refusal(() => checkOffer(text, rules));
		assert.is(error.code, code);
		assert.match(error.message, message);
	});
}
/** As large as is let in, of what costs most to read. */
const costly: [what: string, line: (index: number) => string][] = [
	['codecs', (i) => `a=rtpmap:${i % 128} H264/90000`],
	['format parameters', (i) => `a=fmtp:${i % 128} ${' ;='.repeat(15)}`],
	['long parameters', (i) => `a=fmtp:${i % 128} ${'a =b; '.repeat(160)}`],
	['retransmissions', (i) => `a=rtpmap:${i % 128} rtx/90000`],
	['sources', (i) => `a=ssrc:${i} cname:x`],
	['groups of sources', () => `a=ssrc-group:FID ${'1 '.repeat(20)}`],
	['layers', () => `a=simulcast:send ${'a;'.repeat(500)}`],
	['candidates', (i) => `a=candidate:${i} 1 udp 1 10.0.0.1 ${4000 + i} typ host`],
	['spaces', () => `a=rtpmap:96 H264${' '.repeat(1000)}`],
	['media lines', (i) => `m=video 9 RTP/SAVPF ${i % 128}`],
	['unread attributes', () => `a=imageattr:96 ${'[x=1,y=1] '.repeat(100)}`],
];
offers('the largest offers that are let in are read in milliseconds', () => {
	const times = costly.map(([what, line]) => {
		let text = chromium;
		for (let i = 0; text.length < maxOfferBytes - 1024 && text.split('\n').length < maxOfferLines - 1; i++)
			text += `${line(i)}\r\n`;
		const once = () => {
			const before = process.cpuUsage();
			try {
				checkOffer(text, publish);
			} catch (error) {
				assert.instance(error, StudioError);
			}
			const { user, system } = process.cpuUsage(before);
			return (user + system) / 1000;
		};
		return [what, Math.min(...Array.from({ length: 8 }, once))] as const;
	});
	for (const [what, ms] of times) assert.ok(ms < 15, `${what}: ${ms} ms of processor time`);
});
offers.run();

const answers = suite('answers');

answers('an answer to a viewer has what webrtcbin leaves out', () => {
	const checked = checkOffer(offer('chromium-watch'), watch);
	const text = finishAnswer(answered(checked), checked);
	const { media, groups } = parse(text);
	assert.equal(groups, [{ type: 'BUNDLE', mids: '0 1' }]);
	assert.equal(
		media.map(({ direction, rtcpMux, msid }) => [direction, rtcpMux, msid?.[0]?.id]),
		[
			['sendonly', 'rtcp-mux', 'r58'],
			['sendonly', 'rtcp-mux', 'r58'],
		],
	);
	assert.is(text.match(/a=rtcp-mux-only\r\n/g)?.length, 2);
	assert.equal(
		media[0]!.candidates?.map(({ ip }) => ip),
		['127.0.0.1', '192.0.2.2'],
	);
	assert.ok(text.includes('a=fmtp:108 level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f\r\n'));
	assert.match(text.slice(0, text.indexOf('m=audio')), /a=end-of-candidates\r\n$/);
});

answers('an answer to a guest receives, and tells its browser where to start', () => {
	const checked = checkOffer(chromium, publish);
	const text = finishAnswer(answered(checked), checked);
	assert.equal(
		parse(text).media.map(({ direction }) => direction),
		['recvonly', 'recvonly'],
	);
	assert.match(text, /a=fmtp:108 .*x-google-start-bitrate=\d+/);
	assert.not.match(text, /a=msid:/);
});

answers('a cap stands in the picture’s lines alone, and the start is not above it', () => {
	const checked = checkOffer(chromium, publish);
	const [audio, video] = finishAnswer(answered(checked), checked, { maxKbps: 600 })
		.split(/(?=m=)/)
		.slice(1);
	assert.match(video!, /\r\nc=IN IP4 [^\r]+\r\nb=AS:600\r\nb=TIAS:600000\r\n/);
	assert.match(video!, /x-google-start-bitrate=600\b/);
	assert.not.match(audio!, /b=/);
	assert.not.match(finishAnswer(answered(checked), checked), /b=AS/);
});

answers('a line the streamer has nothing for is rejected and not bundled', () => {
	const checked = checkOffer(offer('firefox-watch'), { ...watch, audio: false });
	const text = finishAnswer(answered(checked), checked);
	assert.match(text, /a=group:BUNDLE 1\r\n/);
	assert.match(text, /m=audio 0 UDP\/TLS\/RTP\/SAVPF 109\r\nc=IN IP4 0\.0\.0\.0\r\na=mid:0\r\na=inactive\r\nm=video 9 /);
});

for (const [name, rules] of [
	['chromium-publish', publish],
	['chromium-watch', watch],
] as const) {
	const application = (mid: string) =>
		['m=application 9 UDP/DTLS/SCTP webrtc-datachannel', 'c=IN IP4 0.0.0.0', `a=mid:${mid}`, 'a=sctp-port:5000', ''].join('\r\n');

	answers(`${name} with a data channel: that line alone is rejected`, () => {
		const checked = checkOffer(`${offer(name).replace('BUNDLE 0 1', 'BUNDLE 0 1 9')}${application('9')}`, rules);
		assert.not.match(checked.offer, /m=application|a=mid:9/);
		const text = finishAnswer(answered(checked), checked);
		assert.match(text, /a=group:BUNDLE 0 1\r\n/);
		assert.match(text, /m=application 0 UDP\/DTLS\/SCTP webrtc-datachannel\r\nc=IN IP4 0\.0\.0\.0\r\na=mid:9\r\n$/);
		assert.is(text.match(/^m=(audio|video) 9 /gm)?.length, 2);
	});

	answers(`${name} bundled onto a data channel that stands first: its transport is that of the media`, () => {
		const transport = without(offer(name), /^(?!a=(ice-ufrag|ice-pwd|fingerprint|setup))/)
			.split('\r\n')
			.slice(0, 4);
		const bundled = without(offer(name), /^a=(ice-ufrag|ice-pwd|fingerprint|setup|candidate)/)
			.replaceAll(/^(m=\w+) \d+ (.*\r\n)/gm, '$1 0 $2a=bundle-only\r\n')
			.replace('BUNDLE 0 1', 'BUNDLE 9 0 1');
		const candidate = 'a=candidate:1 1 udp 2122 192.0.2.9 4000 typ host';
		const first = `${application('9')}${[...transport, candidate, ''].join('\r\n')}`;
		const checked = checkOffer(bundled.replace('m=', `${first}m=`), rules);
		assert.ok(checked.offer.includes(transport.find((line) => line.startsWith('a=ice-ufrag'))!));
		assert.ok(checked.offer.includes(candidate));
		assert.match(finishAnswer(answered(checked), checked), /a=group:BUNDLE 0 1\r\n[\s\S]*m=application 0 [\s\S]*m=/);
	});
}

/** Addresses in the answer, and whether each ranks above those behind it. */
function told(way: PeerWay, options: Parameters<typeof finishAnswer>[2] = {}): string[] {
	const checked = checkOffer(chromium, { ...publish, way });
	const more = ['10.8.0.2', '2001:db8::5', '192.168.7.9'].map(
		(address, index) => `a=candidate:${index + 10} 1 UDP 2015363327 ${address} 50000 typ host`,
	);
	const text = answered(checked).replace('a=candidate:4', `${more.join('\r\n')}\r\na=candidate:4`);
	const candidates = parse(finishAnswer(text, checked, options)).media[0]!.candidates!;
	const ranks = candidates.filter(({ type }) => type === 'host').map(({ priority }) => Number(priority));
	assert.equal(
		ranks,
		[...new Set(ranks)].sort((a, b) => b - a),
		'the first ranks highest',
	);
	return candidates.map(({ ip }) => ip);
}
const addresses = ['192.0.2.2', '2001:db8::5', '192.168.7.9', '10.8.0.2'];

answers('the address that the client called stands first, then those most peers reach; loopback is for who came over it', () => {
	const rest = ['192.0.2.2', '192.168.7.9', '10.8.0.2', '2001:db8::5'];
	assert.equal(told({ from: 'lan', called: '192.168.7.9' }, { addresses }), [
		'192.168.7.9',
		'192.0.2.2',
		'10.8.0.2',
		'2001:db8::5',
	]);
	assert.equal(told({ from: 'lan', called: '2001:db8::5' }, { addresses }), [
		'2001:db8::5',
		'192.0.2.2',
		'192.168.7.9',
		'10.8.0.2',
	]);
	assert.equal(told({ from: 'lan', called: 'fe80::1' }, { addresses }), rest);
	assert.equal(told({ from: 'outside', called: null }, { addresses }), rest);
	assert.equal(told(onThisMachine, { addresses }), ['127.0.0.1', ...rest]);
	assert.equal(told({ from: 'machine', called: '::1' }, { addresses }), ['127.0.0.1', ...rest]);
	assert.equal(told({ from: 'machine', called: '192.168.7.9' }, { addresses })[0], '192.168.7.9');
});

answers('who comes from outside is told first where a router forwards to this machine', () => {
	const also = ['203.0.113.7'];
	assert.is(told({ from: 'outside', called: null }, { addresses, also })[0], '203.0.113.7');
	assert.is(told({ from: 'lan', called: '192.168.7.9' }, { addresses, also })[0], '192.168.7.9');
});

answers('a line webrtcbin refused is an error, never a half answer', () => {
	const checked = checkOffer(chromium, publish);
	const error = refusal(() => finishAnswer(answered(checked).replace('m=video 9', 'm=video 0'), checked));
	assert.is(error.code, 'unsupported-media');
});
answers.run();

const fragments = suite('fragments');

const credentials = 'a=ice-ufrag:EsAw\r\na=ice-pwd:P2uYro0UCOQ4zxjKXaWCBui1\r\n';

fragments('candidates, credentials and the end are read', () => {
	const text = `${credentials}m=video 9 UDP/TLS/RTP/SAVPF 0\r\na=mid:0\r\na=candidate:1 1 udp 2122 192.0.2.9 4000 typ host\r\na=end-of-candidates\r\n`;
	assert.equal(parseFragment(text), {
		ufrag: 'EsAw',
		pwd: 'P2uYro0UCOQ4zxjKXaWCBui1',
		candidates: [{ mid: '0', candidate: 'a=candidate:1 1 udp 2122 192.0.2.9 4000 typ host' }],
		end: true,
	});
});

fragments('credentials may stand below the media line', () => {
	const { ufrag, end } = parseFragment(`m=audio 9 UDP/TLS/RTP/SAVPF 0\r\na=mid:0\r\n${credentials}`);
	assert.equal([ufrag, end], ['EsAw', false]);
});

fragments('what is no fragment is refused', () => {
	for (const text of ['hello', '', 'm=audio 9 UDP/TLS/RTP/SAVPF 0\r\n', `${credentials}${'a=x\r\n'.repeat(5000)}`])
		assert.is(refusal(() => parseFragment(text)).code, 'bad-sdp');
});

fragments('one has at most 100 lines', () => {
	const line = (n: number) => `a=candidate:${n} 1 udp 1 192.0.2.9 ${4000 + n} typ host\r\n`;
	const lines = (count: number) => credentials + Array.from({ length: count }, (_, n) => line(n)).join('');
	assert.is(parseFragment(lines(90)).candidates.length, 90);
	assert.is(refusal(() => parseFragment(lines(100))).code, 'bad-sdp');
});
fragments.run();

const places = suite('where a peer may be');

const host = (address: string, port = 4000) => `a=candidate:1 1 udp 1 ${address} ${port} typ host`;
const kept = (way: PeerWay, lines: string[]) => {
	const candidates = new PeerCandidates(way);
	return lines.filter((line) => candidates.add(line) !== null);
};
const outside: PeerWay = { from: 'outside', called: null };
const lan: PeerWay = { from: 'lan', called: '192.168.7.9' };

places('a candidate that cannot be used is left out', () => {
	const good = 'a=candidate:6 1 udp 1 2001:db8::1 4000 typ srflx raddr :: rport 0';
	const lines = [
		'a=candidate:1 1 tcp 1 192.0.2.9 9 typ host tcptype active',
		host('4f1b2c3d.local'),
		host('fe80::1'),
		host('not-an-address'),
		host('300.1.1.1'),
		host('010.0.0.1'),
		host('192.0.2.9', 99_999),
		host('192.0.2.9', 53),
		good,
		good,
	];
	assert.equal(kept(onThisMachine, lines), [good]);
});

places('private addresses are for who is in the house, those of loopback for programs of this machine', () => {
	const inHouse = ['192.168.1.5', '10.200.1.5', '172.16.0.1', '100.64.1.1', 'fd00::5'].map((address) => host(address));
	const here = ['127.0.0.1', '127.9.9.9', '::1', '0:0:0:0:0:0:0:1'].map((address) => host(address));
	const anywhere = [host('198.51.100.9'), host('2001:db8::9')];
	assert.equal(kept(outside, [...inHouse, ...here, ...anywhere]), anywhere);
	assert.equal(kept(lan, [...inHouse, ...here, ...anywhere]), [...inHouse, ...anywhere]);
	assert.equal(kept(onThisMachine, [...inHouse, ...here, ...anywhere]), [...inHouse, ...here, ...anywhere]);
});

places('nobody is looked for where nobody is', () => {
	const addresses = [
		'0.0.0.0',
		'0.1.2.3',
		'224.0.0.251',
		'239.1.1.1',
		'255.255.255.255',
		'240.0.0.1',
		'::',
		'ff02::fb',
		'fec0::1',
	];
	const dressed = ['::ffff:127.0.0.1', '::ffff:192.168.1.1', '::192.168.1.1', '::ffff:7f00:1'];
	for (const way of [outside, lan, onThisMachine])
		assert.equal(
			kept(
				way,
				[...addresses, ...dressed].map((a) => host(a)),
			),
			[],
		);
});

places('this machine’s own addresses and the broadcasts of its networks are for none from elsewhere', () => {
	const interfaces = {
		eth0: [{ address: '192.168.7.9', netmask: '', family: 'IPv4' as const, mac: '', internal: false, cidr: '192.168.7.9/23' }],
	};
	assert.not(mayBeAt('192.168.7.9', lan, interfaces));
	assert.ok(mayBeAt('192.168.7.9', onThisMachine, interfaces));
	for (const way of [lan, onThisMachine]) assert.not(mayBeAt('192.168.7.255', way, interfaces));
	assert.ok(mayBeAt('192.168.6.255', lan, interfaces));
});

places('a peer has twelve candidates at most, three of them at one address', () => {
	const lines = Array.from({ length: 64 }, (_, n) => host(`198.51.100.${n >> 4}`, 4000 + n));
	assert.is(kept(outside, lines).length, 12);
	const far = Array.from({ length: 64 }, (_, n) => host(`198.51.100.${n}`));
	assert.is(kept(outside, far).length, 12);
	assert.is(
		kept(
			outside,
			Array.from({ length: 64 }, (_, n) => host('198.51.100.9', 4000 + n)),
		).length,
		3,
	);
});
places.run();
