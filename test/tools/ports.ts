/** Ports nobody has now. */
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';

/** Different from one another; even ones, as RTP wants them. */
export async function freePorts(count: number): Promise<number[]> {
	const found: number[] = [];
	const held: Socket[] = [];
	while (found.length < count) {
		const socket = createSocket('udp4');
		held.push(socket);
		socket.bind(0, '127.0.0.1');
		await once(socket, 'listening');
		const { port } = socket.address();
		if (port % 2 === 0) found.push(port);
	}
	for (const socket of held) socket.close();
	return found;
}

/** A TCP port nobody has now. */
export async function freePort(): Promise<number> {
	const server = createServer();
	server.listen(0, '127.0.0.1');
	await once(server, 'listening');
	const { port } = server.address() as AddressInfo;
	server.close();
	return port;
}
