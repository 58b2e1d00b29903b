/** STUN messages (RFC 8489), as far as checking STUN and TURN servers (RFC 8656) needs them. */
import { createHash, createHmac, randomBytes } from 'node:crypto';

const cookie = 0x2112a442;
const headerBytes = 20;

export const methods = { binding: 0x001, allocate: 0x003, refresh: 0x004, send: 0x006, createPermission: 0x008 } as const;
export type Method = keyof typeof methods;
export const attributes = {
	username: 0x0006,
	messageIntegrity: 0x0008,
	errorCode: 0x0009,
	lifetime: 0x000d,
	xorPeerAddress: 0x0012,
	data: 0x0013,
	realm: 0x0014,
	nonce: 0x0015,
	xorRelayedAddress: 0x0016,
	requestedTransport: 0x0019,
	xorMappedAddress: 0x0020,
	software: 0x8022,
} as const;

export interface Address {
	address: string;
	port: number;
}
export interface StunMessage {
	kind: 'request' | 'indication' | 'success' | 'error';
	/** 12 bytes, as hex. */
	transaction: string;
	attributes: Map<number, Buffer>;
}
/** Of the long-term mechanism, RFC 8489 §9.2. */
export interface StunKey {
	username: string;
	password: string;
	realm: string;
	nonce: Buffer;
}

export function newTransaction(): string {
	return randomBytes(12).toString('hex');
}

/** A request or indication; signed when there is a key. */
export function encode(
	method: Method,
	kind: 'request' | 'indication',
	transaction: string,
	parts: [type: number, value: Buffer][],
	key?: StunKey,
): Buffer {
	const all = key
		? [
				...parts,
				[attributes.username, Buffer.from(key.username)] as const,
				[attributes.realm, Buffer.from(key.realm)] as const,
				[attributes.nonce, key.nonce] as const,
			]
		: parts;
	const body = Buffer.concat(all.map(([type, value]) => attribute(type, value)));
	const integrityBytes = key ? 24 : 0;
	const header = Buffer.alloc(headerBytes);
	// RFC 8489 §5: bits 4 and 8 are the class, the methods used here have no bits above them.
	header.writeUInt16BE(methods[method] | (kind === 'indication' ? 0x010 : 0));
	header.writeUInt16BE(body.length + integrityBytes, 2);
	header.writeUInt32BE(cookie, 4);
	header.write(transaction, 8, 'hex');
	const message = Buffer.concat([header, body]);
	if (!key) return message;
	const secret = createHash('md5').update(`${key.username}:${key.realm}:${key.password}`).digest();
	return Buffer.concat([message, attribute(attributes.messageIntegrity, createHmac('sha1', secret).update(message).digest())]);
}

/** Null when it is not a STUN message, or incomplete. */
export function decode(message: Buffer): StunMessage | null {
	if (message.length < headerBytes || message.readUInt32BE(4) !== cookie || message[0]! > 0x3f) return null;
	const end = headerBytes + message.readUInt16BE(2);
	if (message.length < end) return null;
	const found = new Map<number, Buffer>();
	for (let at = headerBytes; at + 4 <= end; ) {
		const length = message.readUInt16BE(at + 2);
		if (at + 4 + length > end) return null;
		const type = message.readUInt16BE(at);
		if (!found.has(type)) found.set(type, message.subarray(at + 4, at + 4 + length));
		at += 4 + Math.ceil(length / 4) * 4;
	}
	const type = message.readUInt16BE(0);
	const kinds = ['request', 'indication', 'success', 'error'] as const;
	const kind = kinds[((type >> 7) & 2) | ((type >> 4) & 1)]!;
	return { kind, transaction: message.toString('hex', 8, headerBytes), attributes: found };
}

/** The length of the message at the front of a stream; null while it cannot be told. */
export function framedBytes(stream: Buffer): number | null {
	return stream.length < 4 ? null : headerBytes + stream.readUInt16BE(2);
}

export function errorOf({ attributes: found }: StunMessage): { code: number; reason: string } {
	const value = found.get(attributes.errorCode);
	if (!value || value.length < 4) return { code: 0, reason: '' };
	return { code: (value[2]! & 7) * 100 + value[3]!, reason: value.toString('utf8', 4) };
}

/** RFC 8489 §14.2; IPv4 and IPv6. */
export function decodeAddress(value: Buffer | undefined, transaction: string): Address | null {
	if (!value || value.length < 8) return null;
	const mask = maskOf(transaction);
	const port = value.readUInt16BE(2) ^ mask.readUInt16BE(0);
	const bytes = Buffer.from(value.subarray(4).map((byte, index) => byte ^ mask[index % mask.length]!));
	if (value[1] === 1) return { address: [...bytes.subarray(0, 4)].join('.'), port };
	if (bytes.length < 16) return null;
	const groups = Array.from({ length: 8 }, (_, index) => bytes.readUInt16BE(index * 2).toString(16));
	return { address: groups.join(':'), port };
}

/** IPv4 only: for probes. */
export function encodeAddress({ address, port }: Address): Buffer {
	const mask = maskOf('');
	const value = Buffer.alloc(8);
	value[1] = 1;
	value.writeUInt16BE(port ^ mask.readUInt16BE(0), 2);
	for (const [index, byte] of address.split('.').entries()) value[4 + index] = Number(byte) ^ mask[index]!;
	return value;
}

function maskOf(transaction: string): Buffer {
	const mask = Buffer.alloc(4 + transaction.length / 2);
	mask.writeUInt32BE(cookie);
	mask.write(transaction, 4, 'hex');
	return mask;
}

function attribute(type: number, value: Buffer): Buffer {
	const padded = Buffer.alloc(4 + Math.ceil(value.length / 4) * 4);
	padded.writeUInt16BE(type);
	padded.writeUInt16BE(value.length, 2);
	value.copy(padded, 4);
	return padded;
}
