import { createSocket } from 'node:dgram';
import { connect as connectTcp, isIPv6 } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { Answers } from '../util/answers.js';
import { firstEvent } from '../util/firstEvent.js';
import { decode, framedBytes, type StunMessage } from './stun.js';

/** How a STUN or TURN server is reached. */
export type TransportKind = 'udp' | 'tcp' | 'tls';

export interface ServerAddress {
	address: string;
	port: number;
	transport: TransportKind;
	/** As in the URL: the name a TLS certificate must cover. */
	host: string;
}

/** RFC 8489 §6.2.1, shortened: when a request is sent again. */
const retryAtMs = [200, 600, 1100, 1600];

/** One connection to a server. Its errors reject the pending answers. */
export interface Transport {
	/** The answer to a request, repeated where packets may be lost. Rejects with a readable reason. */
	ask(message: Buffer, transaction: string, timeoutMs: number): Promise<StunMessage>;
	/** Sends without an answer. */
	tell(message: Buffer): void;
	close(): void;
}

export async function openTransport(server: ServerAddress, timeoutMs: number): Promise<Transport> {
	return server.transport === 'udp' ? openDatagrams(server) : openStream(server, timeoutMs);
}

function answerTo(answers: Answers<StunMessage>, transaction: string, timeoutMs: number): Promise<StunMessage> {
	return answers.to(transaction, timeoutMs, () => new Error(`no answer within ${timeoutMs / 1000} s`));
}

/** A connected socket, so that ICMP errors reach it. */
async function openDatagrams({ address, port }: ServerAddress): Promise<Transport> {
	const socket = createSocket(isIPv6(address) ? 'udp6' : 'udp4');
	const answers = new Answers<StunMessage>();
	const fail = (error: Error): void => answers.rejectAll(() => new Error(wordsFor(error)));
	socket.on('error', fail);
	socket.on('message', (data) => {
		const message = decode(data);
		if (message) answers.resolve(message.transaction, message);
	});
	await new Promise<void>((resolve, reject) => {
		socket.connect(port, address, (error?: Error) => {
			if (!error) return resolve();
			// The caller does not have the socket yet: it would leak.
			socket.close();
			reject(new Error(wordsFor(error)));
		});
	});
	const send = (data: Buffer): void => socket.send(data, (error) => error && fail(error));
	return {
		ask: (data, transaction, timeoutMs) => {
			const repeats = retryAtMs.map((at) => setTimeout(() => send(data), at));
			const answer = answerTo(answers, transaction, timeoutMs).finally(() => {
				for (const repeat of repeats) clearTimeout(repeat);
			});
			send(data);
			return answer;
		},
		tell: send,
		close: () => socket.close(),
	};
}

async function openStream({ address, port, transport, host }: ServerAddress, timeoutMs: number): Promise<Transport> {
	const socket =
		transport === 'tcp'
			? connectTcp({ host: address, port })
			: connectTls({ host: address, port, ...(/[a-z]/i.test(host) && !host.includes(':') && { servername: host }) });
	const answers = new Answers<StunMessage>();
	const fail = (error: Error): void => answers.rejectAll(() => new Error(wordsFor(error)));
	socket.on('error', fail);
	const opened = await firstEvent(socket, [transport === 'tcp' ? 'connect' : 'secureConnect', 'error'], timeoutMs);
	if (opened?.name === 'error') throw new Error(wordsFor(opened.data[0] as Error));
	if (!opened) {
		socket.destroy();
		throw new Error(`no connection within ${timeoutMs / 1000} s`);
	}
	let received = Buffer.alloc(0);
	socket.on('close', () => fail(new Error('the server closed the connection')));
	socket.on('data', (data) => {
		received = Buffer.concat([received, data]);
		for (let bytes = framedBytes(received); bytes !== null && received.length >= bytes; bytes = framedBytes(received)) {
			const message = decode(received.subarray(0, bytes));
			received = received.subarray(bytes);
			if (message) answers.resolve(message.transaction, message);
		}
	});
	return {
		ask: (data, transaction, timeoutMs) => {
			socket.write(data);
			return answerTo(answers, transaction, timeoutMs);
		},
		tell: (data) => void socket.write(data),
		close: () => socket.destroy(),
	};
}

/** Common causes, readable. */
function wordsFor(error: Error): string {
	const words: Record<string, string> = {
		ECONNREFUSED: 'connection refused, nothing listens there',
		EHOSTUNREACH: 'there is no route to it',
		ENETUNREACH: 'there is no route to it',
		ECONNRESET: 'the server closed the connection',
		ETIMEDOUT: 'no answer',
		CERT_HAS_EXPIRED: 'its certificate has expired',
		DEPTH_ZERO_SELF_SIGNED_CERT: 'its certificate is self-signed; browsers reject it',
		SELF_SIGNED_CERT_IN_CHAIN: 'its certificate is from a private authority, which most browsers reject',
		UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'its certificate is from an unknown authority; browsers reject it',
		ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another name; browsers reject it',
	};
	return words[(error as NodeJS.ErrnoException).code ?? ''] ?? error.message;
}
