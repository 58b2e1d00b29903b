/** The child of lightPeers.ts: WebRTC peers of libdatachannel, which encrypt and decrypt, and neither encode nor decode. */
import { createSocket } from 'node:dgram';
import type { AddressInfo } from 'node:net';
import datachannel from 'node-datachannel';

export type Order =
	| { op: 'offer'; id: string; role: Role }
	| { op: 'answer'; id: string; sdp: string }
	| { op: 'close'; id: string }
	| { op: 'ask' }
	| { op: 'send'; id: string; kind: Kind; packets: string[]; times: number }
	| { op: 'packets' }
	| { op: 'feed' }
	| { op: 'pause'; paused: boolean };
export type Answer =
	| { op: 'offer'; id: string; sdp: string }
	| { op: 'state'; id: string; state: string }
	| { op: 'packets'; counts: Record<string, Count> }
	| { op: 'sent'; id: string }
	| { op: 'feed'; ports: Record<Kind, number> };
export interface Count {
	packets: number;
	bytes: number;
	/** RTP times at which a key frame of H.264 began, in the order they came. */
	keys: number[];
	/** SSRC, last sequence number and bytes of the picture. */
	video: { ssrc: number; sequence: number; bytes: number };
	/** RTP time of the newest packet of the picture. */
	time: number;
	/** Packets under the payload type of retransmissions, and their bytes. */
	resent: { packets: number; bytes: number };
}
export type Kind = 'video' | 'audio';
/** `mute`: a viewer who reports nothing by itself, and takes retransmissions. */
export type Role = 'views' | 'mute' | 'sends';
export const payloadTypes = { video: 108, audio: 111, resent: 109 };

type Track = ReturnType<InstanceType<typeof datachannel.PeerConnection>['addTrack']>;
interface Peer {
	connection: InstanceType<typeof datachannel.PeerConnection>;
	/** RTP packets received. */
	count: Count;
	/** Tracks end when they are collected. */
	tracks: Record<Kind, Track>;
	role: Role;
}

const peers = new Map<string, Peer>();

function answer(message: Answer): void {
	process.send?.(message);
}

function add(id: string, role: Role): void {
	const connection = new datachannel.PeerConnection(id, { iceServers: [] });
	const direction = role === 'sends' ? 'SendOnly' : 'RecvOnly';
	const video = new datachannel.Video('0', direction);
	video.addH264Codec(payloadTypes.video);
	if (role === 'mute') video.addRTXCodec(payloadTypes.resent, payloadTypes.video, 90_000);
	const audio = new datachannel.Audio('1', direction);
	audio.addOpusCodec(payloadTypes.audio);
	if (role === 'sends') {
		video.addSSRC(1, 'light');
		audio.addSSRC(2, 'light');
	}
	const tracks = { video: connection.addTrack(video), audio: connection.addTrack(audio) };
	const peer: Peer = { connection, count: newCount(), tracks, role };
	peers.set(id, peer);
	for (const track of Object.values(tracks)) {
		// Receiver reports.
		if (role === 'views') track.setMediaHandler(new datachannel.RtcpReceivingSession());
		track.onMessage((packet) => {
			const { count } = peer;
			count.packets += 1;
			count.bytes += packet.length;
			const time = packet.readUInt32BE(4);
			if (track === tracks.video) note(count, packet);
			if (track === tracks.video && startsKey(packet) && count.keys.at(-1) !== time) count.keys.push(time);
		});
	}
	connection.onStateChange((state) => answer({ op: 'state', id, state }));
	connection.onGatheringStateChange((state) => {
		if (state === 'complete') answer({ op: 'offer', id, sdp: connection.localDescription()!.sdp });
	});
	connection.setLocalDescription('offer');
}

function newCount(): Count {
	return { packets: 0, bytes: 0, keys: [], video: { ssrc: 0, sequence: 0, bytes: 0 }, time: 0, resent: { packets: 0, bytes: 0 } };
}

function note(count: Count, packet: Buffer): void {
	const { video, resent } = count;
	const type = packet[1]! & 0x7f;
	if (type === payloadTypes.resent) {
		resent.packets += 1;
		resent.bytes += packet.length;
	} else if (type === payloadTypes.video) {
		video.sequence = packet.readUInt16BE(2);
		video.ssrc = packet.readUInt32BE(8);
		video.bytes += packet.length;
		count.time = packet.readUInt32BE(4);
	}
}

/** Parameter sets or the start of an IDR slice, of packets without header extensions (RFC 6184 §5). */
function startsKey(packet: Buffer): boolean {
	const [idr, sps, aggregate, fragment] = [5, 7, 24, 28];
	const type = packet[12]! & 0x1f;
	if (type === aggregate) return [idr, sps].includes(packet[15]! & 0x1f);
	return type === idr || type === sps || (type === fragment && packet[13]! >> 7 === 1 && (packet[13]! & 0x1f) === idr);
}

/** Every viewer sends a PLI. */
function askAll(): void {
	for (const { role, tracks } of peers.values()) if (role !== 'sends') tracks.video.requestKeyframe();
}

/** Nothing when it is not open: threads of the library close it at any moment. */
function sendOn(track: Track, packet: Buffer): void {
	try {
		if (track.isOpen()) track.sendMessageBinary(packet);
	} catch (error) {
		if (track.isOpen()) throw error;
	}
}

/** Packets a timer's round sends: more at once would be lost on the way. */
const atOnce = 40;

/** Packets as they are, RTP with sequence numbers of its own; `times` over. */
async function send({ id, kind, packets, times }: Extract<Order, { op: 'send' }>): Promise<void> {
	const track = peers.get(id)!.tracks[kind];
	const all = packets.map((packet) => Buffer.from(packet, 'base64'));
	let sequence = 0;
	for (let n = 0; n < times * all.length; n++) {
		const packet = all[n % all.length]!;
		const isRtcp = packet[1]! >= 192 && packet[1]! <= 223;
		if (!isRtcp) packet.writeUInt16BE(sequence++ & 0xffff, 2);
		sendOn(track, packet);
		if (n % atOnce === atOnce - 1) await new Promise((resolve) => setTimeout(resolve, 4));
	}
	answer({ op: 'sent', id });
}

function close(id: string): void {
	peers.get(id)?.connection.close();
	peers.delete(id);
}

let paused = false;

/** Ports of this machine whose RTP goes out to every peer that sends. */
async function feed(): Promise<void> {
	const port = (kind: Kind) =>
		new Promise<number>((resolve) => {
			let skipped = 0;
			const socket = createSocket('udp4', (packet) => {
				const isRtp = packet[1]! < 192 || packet[1]! > 223;
				if (paused && isRtp) skipped += 1;
				if (paused) return;
				// Time goes on while nothing is sent, the numbers do not.
				if (isRtp) packet.writeUInt16BE((packet.readUInt16BE(2) - skipped) & 0xffff, 2);
				for (const { role, tracks } of peers.values()) if (role === 'sends') sendOn(tracks[kind], packet);
			});
			socket.bind(0, '127.0.0.1', () => resolve((socket.address() as AddressInfo).port));
		});
	answer({ op: 'feed', ports: { video: await port('video'), audio: await port('audio') } });
}

process.on('message', (order: Order) => {
	if (order.op === 'offer') add(order.id, order.role);
	else if (order.op === 'answer') peers.get(order.id)!.connection.setRemoteDescription(order.sdp, 'answer');
	else if (order.op === 'close') close(order.id);
	else if (order.op === 'feed') void feed();
	else if (order.op === 'send') void send(order);
	else if (order.op === 'pause') paused = order.paused;
	else if (order.op === 'ask') askAll();
	else answer({ op: 'packets', counts: Object.fromEntries([...peers].map(([id, { count }]) => [id, count])) });
});
process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'));
