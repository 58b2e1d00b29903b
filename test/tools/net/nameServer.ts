/** A DNS server on loopback that leads every name to 127.0.0.1. */
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';

const headerLength = 12;
const typeA = 1;
/** Pointer to the name in the question, A, IN, 1 s, four bytes: RFC 1035 §4.1.3. */
const answer = Buffer.from([0xc0, headerLength, 0, typeA, 0, 1, 0, 0, 0, 1, 0, 4, 127, 0, 0, 1]);

export async function startNameServer(): Promise<{ port: number; stop(): void }> {
	const socket = createSocket('udp4');
	socket.on('message', (query, { port, address }) => {
		let end = headerLength;
		while (query[end]) end += query[end]! + 1;
		const question = query.subarray(headerLength, end + 5);
		const answers = query.readUInt16BE(end + 1) === typeA ? [answer] : [];
		const header = Buffer.alloc(headerLength);
		header.writeUInt16BE(query.readUInt16BE(0), 0);
		// An answer, recursion wanted and available, no error.
		header.writeUInt16BE(0x8180, 2);
		header.writeUInt16BE(1, 4);
		header.writeUInt16BE(answers.length, 6);
		socket.send(Buffer.concat([header, question, ...answers]), port, address);
	});
	socket.bind(0, '127.0.0.1');
	await once(socket, 'listening');
	return { port: (socket.address() as AddressInfo).port, stop: () => socket.close() };
}
