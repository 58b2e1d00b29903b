import { createSocket } from 'node:dgram';
import { lookup } from 'node:dns/promises';
import { type Finding, fail, off } from '../../../contract/ready.js';
import type { TargetOf } from '../../../contract/targets.js';
import { within } from '../../../util/within.js';

const lookupMs = 3_000;
/** How long the network takes to report a missing local machine (ARP asks three times, once a second). */
const refusalMs = 3_500;

/** RTP is never answered; only an ICMP error can come back. */
export async function testReceiver({ host, videoPort, audioPort }: TargetOf<'rtp'>): Promise<Finding> {
	const address = await addressOf(host);
	if (address === null)
		return fail(`The name ${host} does not resolve`, 'Check the receiver’s name and the network, or use its address');
	const ports = [videoPort, audioPort].filter((port) => port !== null);
	const refusals = await Promise.all(ports.map(async (port) => ({ port, code: await refusalOf(address, port) })));
	const refused = refusals.filter(({ code }) => code === 'ECONNREFUSED').map(({ port }) => port);
	if (refused.length > 0)
		return fail(
			`${host} is there, but nothing listens on port ${refused.join(' and ')}`,
			'Start the receiver, or change the port',
		);
	const other = refusals.find(({ code }) => code !== null);
	if (other) return fail(`${host} cannot be reached (${other.code})`, 'Check the network cable, the address and the router');
	return off(`Not tested: RTP gets no reply. ${host} resolves and does not reject packets`, 'Check on the receiver');
}

function addressOf(host: string): Promise<{ address: string; family: number } | null> {
	return within(
		lookup(host).catch(() => null),
		lookupMs,
		() => null,
	);
}

/** The network's answer to an empty packet: an error code, or null. */
function refusalOf({ address, family }: { address: string; family: number }, port: number): Promise<string | null> {
	return new Promise((resolve) => {
		const socket = createSocket(family === 6 ? 'udp6' : 'udp4');
		const done = (code: string | null): void => {
			clearTimeout(timer);
			socket.removeAllListeners();
			// A later error concerns nobody.
			socket.on('error', () => undefined);
			socket.close();
			resolve(code);
		};
		const timer = setTimeout(() => done(null), refusalMs);
		socket.on('error', ({ code = 'unknown error' }: NodeJS.ErrnoException) => done(code));
		socket.connect(port, address, () => socket.send(Buffer.alloc(0)));
	});
}
