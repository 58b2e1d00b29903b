/** Bytes that no client sends, over TCP, the same ones for the same seed: mutated requests and WebSocket frames, and noise. */
import { randomBytes } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import { Random } from '../random.js';

export interface FuzzOptions {
	/** `http://host:port` */
	url: string;
	/** `https://host:port`, which gets noise. */
	secureUrl?: string;
	token: string;
	seed: number;
	durationMs: number;
}

export interface HttpFuzzResult {
	connections: number;
	answers: number;
	statuses: Record<string, number>;
	/** Answers of 500 and above, with what was sent. */
	failures: string[];
}

const answerMs = 1500;
/** How long a socket that was upgraded is listened to. */
const silenceMs = 150;
const least = { requests: 400, sockets: 50 };
const patienceMs = 60_000;
const lanes = 2;

/** What clients send, with bodies that can be mutated into anything without effect on the program. */
function requests(host: string, token: string): string[] {
	const head = `Host: ${host}\r\nAuthorization: Bearer ${token}\r\n`;
	const post = (method: string, path: string, body: string, type = 'application/json') =>
		`${method} ${path} HTTP/1.1\r\n${head}Content-Type: ${type}\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
	return [
		`GET /api/state HTTP/1.1\r\n${head}\r\n`,
		`GET /switcher HTTP/1.1\r\n${head}Range: bytes=0-10\r\nIf-None-Match: "x"\r\n\r\n`,
		`GET /api/recordings/none/files/program.mp4 HTTP/1.1\r\n${head}Range: bytes=0-\r\n\r\n`,
		`GET /api/audit?limit=10&text=x HTTP/1.1\r\n${head}\r\n`,
		`OPTIONS /whip/guest-x HTTP/1.1\r\n${head}Origin: https://other.example\r\n\r\n`,
		`DELETE /api/session HTTP/1.1\r\nHost: ${host}\r\nCookie: r58_session=${'x'.repeat(43)}\r\nOrigin: http://${host}\r\n\r\n`,
		post('POST', '/api/session', '{"name":"technician","password":"guess"}'),
		post('POST', '/api/setup', '{"code":"ABCDE-FGHJK","name":"x","password":"0123456789"}'),
		post('PATCH', '/api/sources/none', '{"label":"x","crop":{"left":0,"top":0,"right":0,"bottom":0}}'),
		post('PUT', '/api/preview', '{"scene":"none"}'),
		post('PATCH', '/api/audio/none', '{"gainDb":-6,"mute":true}'),
		post('POST', '/whip/none', 'v=0\r\no=- 0 0 IN IP4 0.0.0.0\r\n', 'application/sdp'),
		post('PATCH', '/whep/program/none', 'a=ice-ufrag:x\r\n', 'application/trickle-ice-sdpfrag'),
		`POST /api/door HTTP/1.1\r\n${head}Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{"a":\r\n2\r\n1}\r\n0\r\n\r\n`,
		`GET /api/events HTTP/1.1\r\n${head}Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n`,
		`GET / HTTP/1.0\r\n\r\n`,
	];
}

const pieces = [
	'\r\n',
	'\n',
	'\0',
	' ',
	':',
	'%00',
	'%',
	'..',
	'//',
	'\t',
	'\xff',
	'Content-Length: 5\r\n',
	'Transfer-Encoding: chunked\r\n',
	'{',
	'"',
	'-1',
	'99999999999999999999',
	'HTTP/9.9',
	'Expect: 100-continue\r\n',
	'Upgrade: h2c\r\n',
];

/** A request with a few bytes, pieces or lines changed. */
export function mutatedBytes(good: Buffer, random: Random): Buffer {
	let bytes = Buffer.from(good);
	const pick = (below: number) => Math.floor(random.next() * below);
	for (let changes = 1 + pick(4); changes > 0; changes--) {
		const at = pick(bytes.length + 1);
		const length = pick(24);
		const around = (middle: Buffer, skip = 0) => Buffer.concat([bytes.subarray(0, at), middle, bytes.subarray(at + skip)]);
		switch (pick(7)) {
			case 0:
				if (at < bytes.length) bytes[at] = pick(256);
				break;
			case 1:
				bytes = around(Buffer.from(pieces[pick(pieces.length)]!, 'latin1'));
				break;
			case 2:
				bytes = around(Buffer.alloc(0), length);
				break;
			case 3:
				bytes = around(bytes.subarray(at, at + length));
				break;
			case 4:
				bytes = around(Buffer.from(Array.from({ length }, () => pick(256))));
				break;
			case 5:
				bytes = Buffer.from(bytes.subarray(0, at));
				break;
			default:
				bytes = around(Buffer.alloc(pick(2000), 0x41));
		}
	}
	return bytes;
}

/**
 * Sends, and resolves with what came until the other side answered, closed, or said nothing for a while. What is to come after an
 * upgrade waits for it.
 */
function exchange(url: string, parts: Buffer[], waitMs: number, afterUpgrade: Buffer[] = []): Promise<string> {
	return new Promise((resolve) => {
		const { hostname, port } = new URL(url);
		// From one of many addresses, so that the limits for one client do not stand in the way.
		const localAddress = hostname.startsWith('127.') ? `127.0.3.${1 + (parts[0]!.length % 250)}` : undefined;
		const socket: Socket = connect({ host: hostname, port: Number(port), localAddress });
		let text = '';
		let upgraded = false;
		const done = () => {
			clearTimeout(timer);
			socket.destroy();
			resolve(text);
		};
		let timer = setTimeout(done, waitMs);
		socket.on('data', (data) => {
			if (text.length < 4096) text += data.toString('latin1');
			if (!/^HTTP\/1\.1 [1-5]\d\d[\s\S]*\r\n\r\n/.test(text)) return;
			if (!text.startsWith('HTTP/1.1 101')) return done();
			if (upgraded) return;
			upgraded = true;
			for (const part of afterUpgrade) socket.write(part);
			clearTimeout(timer);
			timer = setTimeout(done, silenceMs);
		});
		socket.on('error', done);
		socket.on('close', done);
		socket.on('connect', () => {
			for (const part of parts) socket.write(part);
		});
	});
}

/** For so long, and on a busy machine until as many were sent as make sense. */
async function inLanes(durationMs: number, least: number, run: () => Promise<void>): Promise<void> {
	const started = performance.now();
	let count = 0;
	const goOn = () => {
		const ms = performance.now() - started;
		return ms < durationMs || (count < least && ms < durationMs + patienceMs);
	};
	const lane = async () => {
		while (goOn()) {
			count += 1;
			await run();
		}
	};
	await Promise.all(Array.from({ length: lanes }, lane));
}

/** Mutated requests, and now and then noise. */
export async function fuzzHttp({ url, secureUrl = url, token, seed, durationMs }: FuzzOptions): Promise<HttpFuzzResult> {
	const random = new Random(seed);
	const good = requests(new URL(url).host, token).map((text) => Buffer.from(text, 'latin1'));
	const result: HttpFuzzResult = { connections: 0, answers: 0, statuses: {}, failures: [] };
	await inLanes(durationMs, least.requests, async () => {
		const chosen = good[Math.floor(random.next() * good.length)]!;
		const noise = random.next() < 0.05;
		const sent = noise
			? Buffer.from(Array.from({ length: 600 }, () => Math.floor(random.next() * 256)))
			: mutatedBytes(chosen, random);
		const cut = Math.floor(random.next() * sent.length);
		const parts = random.next() < 0.2 ? [sent.subarray(0, cut), sent.subarray(cut)] : [sent];
		// A request that was cut short is waited for by the service, not by us.
		const answer = await exchange(
			noise && random.next() < 0.5 ? secureUrl : url,
			parts,
			noise ? 200 : answerMs * (sent.includes('\r\n\r\n') ? 1 : 0.1),
		);
		result.connections += 1;
		const status = /^HTTP\/1\.1 (\d{3})/.exec(answer)?.[1];
		if (status === undefined) return;
		result.answers += 1;
		result.statuses[status] = (result.statuses[status] ?? 0) + 1;
		if (Number(status) >= 500)
			result.failures.push(`${status} for ${JSON.stringify(sent.toString('latin1'))}: ${answer.slice(-200)}`);
	});
	return result;
}

/** RFC 6455 §5.2, masked as a client must. */
function frame(opcode: number, payload: Buffer): Buffer {
	const mask = Buffer.from([1, 2, 3, 4]);
	const masked = Buffer.from(payload.map((byte, index) => byte ^ mask[index % 4]!));
	const length =
		payload.length < 126
			? Buffer.from([0x80 | payload.length])
			: Buffer.from([0x80 | 126, payload.length >> 8, payload.length & 255]);
	return Buffer.concat([Buffer.from([0x80 | opcode]), length, mask, masked]);
}

/** A good handshake on the events socket, then mutated frames. */
export async function fuzzSockets({
	url,
	token,
	seed,
	durationMs,
}: FuzzOptions): Promise<{ connections: number; upgraded: number }> {
	const random = new Random(seed + 1);
	const result = { connections: 0, upgraded: 0 };
	const good = [
		frame(1, Buffer.from('{"type":"subscribe","topics":["levels","stats"]}')),
		frame(1, Buffer.from('{"type":"ping"}')),
		frame(2, Buffer.from([0, 1, 2, 3])),
		frame(8, Buffer.from([0x03, 0xe8])),
		frame(9, Buffer.from('ping')),
		frame(10, Buffer.alloc(0)),
		frame(0, Buffer.from('continued')),
		frame(1, Buffer.alloc(5000, 0x20)),
	];
	await inLanes(durationMs, least.sockets, async () => {
		const key = randomBytes(16).toString('base64');
		const handshake = `GET /api/events HTTP/1.1\r\nHost: ${new URL(url).host}\r\nAuthorization: Bearer ${token}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${key}\r\n\r\n`;
		const frames = Array.from({ length: 1 + Math.floor(random.next() * 20) }, () => {
			const chosen = good[Math.floor(random.next() * good.length)]!;
			return random.next() < 0.3 ? chosen : mutatedBytes(chosen, random);
		});
		const answer = await exchange(url, [Buffer.from(handshake)], 5000, frames);
		result.connections += 1;
		if (answer.startsWith('HTTP/1.1 101')) result.upgraded += 1;
	});
	return result;
}
