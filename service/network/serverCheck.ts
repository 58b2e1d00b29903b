import {
	type Address,
	attributes,
	decodeAddress,
	encode,
	encodeAddress,
	errorOf,
	type Method,
	newTransaction,
	type StunKey,
	type StunMessage,
} from './stun.js';
import { openTransport, type ServerAddress, type Transport } from './transport.js';

/** Per answer; a relay on the other side of the world answers within half of it. */
const answerMs = 2000;
const udpProtocol = Buffer.from([17, 0, 0, 0]);

export interface CheckResult {
	ok: boolean;
	/** For people; what to change when it is not ok. */
	message: string;
	/** The address the server sees (STUN) or relays for (TURN). */
	address: Address | null;
	/** Of the first answer. */
	rttMs: number | null;
}

/** Asks a STUN server for our address. Never rejects; ends within about 4 s. */
export async function checkStun(server: ServerAddress): Promise<CheckResult> {
	return guarded(server, async (transport) => {
		const started = performance.now();
		const answer = await ask(transport, 'binding', []);
		const address = decodeAddress(answer.attributes.get(attributes.xorMappedAddress), answer.transaction);
		const rttMs = Math.round(performance.now() - started);
		if (answer.kind !== 'success' || !address) return failed('it answers without an address');
		return { ok: true, message: `sees this machine as ${address.address}`, address, rttMs };
	});
}

/** Allocates a relayed address on a TURN server and releases it. Never rejects; ends within about 6 s. */
export async function checkTurn(server: ServerAddress, login: { username: string; password: string }): Promise<CheckResult> {
	return guarded(server, async (transport) => {
		const started = performance.now();
		const { answer, key, rttMs } = await allocate(transport, login);
		if (answer.kind !== 'success') return { ...failed(refusal(answer, login.username)), rttMs };
		const address = decodeAddress(answer.attributes.get(attributes.xorRelayedAddress), answer.transaction);
		release(transport, key);
		const took = Math.round(performance.now() - started);
		return { ok: true, message: `relays through ${address?.address ?? 'an address'} (allocated in ${took} ms)`, address, rttMs };
	});
}

/** Sends one datagram from a TURN server to `target`, to see whether it arrives from outside. The caller listens for it. */
export async function sendThroughTurn(
	server: ServerAddress,
	login: { username: string; password: string },
	target: Address,
	data: Buffer,
): Promise<CheckResult> {
	return guarded(server, async (transport) => {
		const { answer, key } = await allocate(transport, login);
		if (answer.kind !== 'success') return failed(refusal(answer, login.username));
		const peer: [number, Buffer] = [attributes.xorPeerAddress, encodeAddress(target)];
		const permitted = await ask(transport, 'createPermission', [peer], key);
		if (permitted.kind !== 'success') return failed(`the TURN server does not send to ${target.address}`);
		for (let sent = 0; sent < 3; sent++)
			transport.tell(encode('send', 'indication', newTransaction(), [peer, [attributes.data, data]]));
		return { ok: true, message: 'sent', address: null, rttMs: null };
	});
}

/** RFC 8656 §7: the first attempt is rejected with what the second one needs. */
async function allocate(transport: Transport, { username, password }: { username: string; password: string }) {
	const wanted: [number, Buffer][] = [[attributes.requestedTransport, udpProtocol]];
	const started = performance.now();
	const first = await ask(transport, 'allocate', wanted);
	const rttMs = Math.round(performance.now() - started);
	const realm = first.attributes.get(attributes.realm)?.toString('utf8');
	const nonce = first.attributes.get(attributes.nonce);
	if (first.kind === 'success' || errorOf(first).code !== 401 || realm === undefined || !nonce) return { answer: first, rttMs };
	const key: StunKey = { username, password, realm, nonce };
	return { answer: await ask(transport, 'allocate', wanted, key), key, rttMs };
}

function release(transport: Transport, key: StunKey | undefined): void {
	transport.tell(encode('refresh', 'request', newTransaction(), [[attributes.lifetime, Buffer.alloc(4)]], key));
}

function ask(transport: Transport, method: Method, parts: [number, Buffer][], key?: StunKey): Promise<StunMessage> {
	const transaction = newTransaction();
	return transport.ask(encode(method, 'request', transaction, parts, key), transaction, answerMs);
}

/** Errors of RFC 8656 §18 that a technician can act on. */
function refusal(answer: StunMessage, username: string): string {
	const { code, reason } = errorOf(answer);
	const expired = Number(/^\d+(?=:)/.exec(username)?.[0] ?? Number.POSITIVE_INFINITY) * 1000 < Date.now();
	const words: Record<number, string> = {
		400: 'it does not understand the request; it may not be a TURN server',
		401: expired ? 'the credentials have expired' : 'it rejects the user name or password (wrong password or shared secret)',
		403: 'it does not allow relaying to this machine',
		437: 'it already has an allocation for this connection',
		438: 'it reports a stale nonce',
		441: 'it rejects the user name or password',
		442: 'it does not relay UDP',
		486: 'the user has too many relays open (quota)',
		508: 'it has no relay ports left',
	};
	return `${words[code] ?? `it answers ${reason || 'with an error'}`}${code ? ` (error ${code})` : ''}`;
}

async function guarded(server: ServerAddress, run: (transport: Transport) => Promise<CheckResult>): Promise<CheckResult> {
	let transport: Transport | undefined;
	try {
		transport = await openTransport(server, answerMs);
		return await run(transport);
	} catch (error) {
		return failed(`unreachable by ${server.transport.toUpperCase()}: ${(error as Error).message}`);
	} finally {
		// Lets the last message leave.
		setTimeout(() => transport?.close(), 100).unref();
	}
}

function failed(message: string): CheckResult {
	return { ok: false, message, address: null, rttMs: null };
}
