/**
 * A viewer for another network namespace: `remotePeer.js URL TOKEN` watches, with the first candidate of the answer alone, as clients
 * do that have no full ICE (ffmpeg's WHIP muxer); `remotePeer.js URL TOKEN FILE` posts the offer in a file and is nobody. Prints a line
 * of JSON: the status, and the candidate it used once sound and picture have come.
 */
import { readFileSync } from 'node:fs';
import { ObsPeer } from '../engine/obsPeer.js';

const [, , url = '', token = '', file] = process.argv;
// The device's own certificate, which nothing here knows.
process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0';

function say(line: object): void {
	process.stdout.write(`${JSON.stringify(line)}\n`);
}

const peer = file === undefined ? new ObsPeer('watches') : null;
const response = await fetch(url, {
	method: 'POST',
	headers: { authorization: `Bearer ${token}`, 'content-type': 'application/sdp' },
	body: peer ? await peer.offer : readFileSync(file!, 'utf8'),
});
const answer = await response.text();
if (peer === null || response.status !== 201) {
	say({ status: response.status, answer });
} else {
	const { text, first } = withFirstCandidate(answer);
	peer.answer(text);
	await peer.untilReceived(10);
	say({ status: 201, first });
	peer.close();
	ObsPeer.end();
}

function withFirstCandidate(sdp: string): { text: string; first: string } {
	const lines = sdp.split('\r\n');
	const candidates = lines.filter((line) => line.startsWith('a=candidate:'));
	const first = candidates[0] ?? '';
	return {
		text: lines.filter((line) => line === first || !candidates.includes(line)).join('\r\n'),
		first: first.split(' ')[4] ?? '',
	};
}
