/** Ports nobody has now. */
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';

/** UDP. Different from one another; even ones, as RTP wants them. */
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

/** TCP, of loopback; different from one another. */
export async function freeTcpPorts(count: number): Promise<number[]> {
	const held = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'));
	await Promise.all(held.map((server) => once(server, 'listening')));
	const found = held.map((server) => (server.address() as AddressInfo).port);
	for (const server of held) server.close();
	return found;
}
