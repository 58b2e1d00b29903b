/**
 * A flood from one address, as a program of its own: `node flood.js '{…}'`. It sends for so long at so many Mbit/s, opens anew
 * what is closed, and prints what it did as one line of JSON.
 */
import { randomBytes } from 'node:crypto';
import { connect as connectPlain, type Socket } from 'node:net';
import { connect as connectSecure } from 'node:tls';

export interface Flood {
	/** `http://host:port` or `https://host:port`. */
	url: string;
	kind: FloodKind;
	/** What is called: the name in Host. */
	host: string;
	path?: string;
	localAddress: string;
	mbit?: number;
	seconds: number;
	connections?: number;
	/** Bearer token among the subprotocols, for frames. */
	token?: string;
}
export const floodKinds = ['requests', 'heads', 'chunks', 'records', 'connections', 'upgrades', 'frames', 'pieces'] as const;
/**
 * requests: pipelined · heads: each of the most lines · chunks: bodies of one byte a chunk · records: one byte a write ·
 * connections: opened and closed, with their handshake · upgrades: to WebSockets · frames: messages on a WebSocket ·
 * pieces: empty continuations of one message
 */
export type FloodKind = (typeof floodKinds)[number];
export interface Flooded {
	bytes: number;
	connections: number;
	answers: number;
}

/** RFC 6455 §5.2, masked with zeros. */
const frame = (first: number, text: string): string => `${String.fromCharCode(first, 0x80 | text.length)}\0\0\0\0${text}`;

/** What a connection begins with, and what is then sent over and over. */
export function bytesOf({ kind, host, path = '/nothing', token }: Flood): { first: string; block: Buffer } {
	const head = `GET ${path} HTTP/1.1\r\nHost: ${host}\r\n`;
	const upgrade = `${head}Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${randomBytes(16).toString('base64')}\r\nSec-WebSocket-Protocol: r58-guest, bearer.${token}\r\n\r\n`;
	const post = `POST ${path} HTTP/1.1\r\nHost: ${host}\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n`;
	const parts: Record<FloodKind, [first: string, unit: string]> = {
		requests: ['', `${head}\r\n`],
		heads: ['', `${head}${'a:\r\n'.repeat(3500)}\r\n`],
		chunks: [post, '1\r\nx\r\n'],
		records: [`${head}x: `, 'x'],
		connections: ['', ''],
		upgrades: ['', upgrade],
		frames: [upgrade, frame(0x81, '{"type":"ping"}')],
		pieces: [`${upgrade}`, frame(0x00, '')],
	};
	const [first, unit] = parts[kind];
	const times = unit === '' || kind === 'records' ? unit.length : Math.max(1, Math.floor(16_384 / unit.length));
	return { first: kind === 'pieces' ? first + frame(0x01, '') : first, block: Buffer.from(unit.repeat(times), 'latin1') };
}

async function run(flood: Flood): Promise<Flooded> {
	const { url, kind, localAddress, mbit = 50, seconds, connections = 16 } = flood;
	const { hostname: host, port, protocol } = new URL(url);
	const { first, block } = bytesOf(flood);
	const done: Flooded = { bytes: 0, connections: 0, answers: 0 };
	let over = false;
	const open = (index: number): void => {
		if (over) return;
		const to = { host, port: Number(port), localAddress };
		const socket = protocol === 'https:' ? connectSecure({ ...to, rejectUnauthorized: false }) : connectPlain(to);
		sockets[index] = socket;
		done.connections += 1;
		socket.once(protocol === 'https:' ? 'secureConnect' : 'connect', () => {
			socket.setNoDelay();
			if (first !== '') socket.write(first, 'latin1');
			if (kind === 'connections') socket.destroy();
		});
		socket.on('data', () => {
			done.answers += 1;
		});
		socket.on('error', () => undefined);
		socket.on('close', () => open(index));
	};
	const sockets: Socket[] = [];
	for (let i = 0; i < connections; i++) open(i);
	const started = performance.now();
	while (performance.now() - started < seconds * 1000) {
		const due = ((mbit * 1e6) / 8) * ((performance.now() - started) / 1000);
		for (let i = 0; i < 400 && done.bytes < due && block.length > 0; i++) {
			const socket = sockets[i % connections]!;
			if (socket.writableLength > 1e6) continue;
			socket.write(block);
			done.bytes += block.length;
		}
		await new Promise((resolve) => setTimeout(resolve, 5));
	}
	over = true;
	for (const socket of sockets) socket.destroy();
	return done;
}

const [, program, text] = process.argv;
if (program?.endsWith('flood.js')) {
	run(JSON.parse(text!) as Flood).then((done) => {
		process.stdout.write(`${JSON.stringify(done)}\n`);
		process.exit();
	});
}
