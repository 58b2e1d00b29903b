/** The child of receivers.ts: WebRTC receivers of libdatachannel, which decrypt and count what comes and decode nothing. */
import datachannel from 'node-datachannel';

export type Order = { op: 'offer'; id: string } | { op: 'answer'; id: string; sdp: string } | { op: 'packets' };
export type Answer =
	| { op: 'offer'; id: string; sdp: string }
	| { op: 'state'; id: string; state: string }
	| { op: 'packets'; counts: { packets: number; bytes: number }[] };

interface Receiver {
	connection: InstanceType<typeof datachannel.PeerConnection>;
	packets: number;
	bytes: number;
	/** Tracks end when they are collected. */
	tracks: unknown[];
}

const receivers = new Map<string, Receiver>();

function answer(message: Answer): void {
	process.send?.(message);
}

function add(id: string): void {
	const connection = new datachannel.PeerConnection(id, { iceServers: [] });
	const receiver: Receiver = { connection, packets: 0, bytes: 0, tracks: [] };
	receivers.set(id, receiver);
	const video = new datachannel.Video('0', 'RecvOnly');
	video.addH264Codec(108);
	const audio = new datachannel.Audio('1', 'RecvOnly');
	audio.addOpusCodec(111);
	for (const media of [video, audio]) {
		const track = connection.addTrack(media);
		// Receiver reports: without them the sender takes the viewer for lost.
		track.setMediaHandler(new datachannel.RtcpReceivingSession());
		track.onMessage((packet) => {
			receiver.packets += 1;
			receiver.bytes += packet.length;
		});
		receiver.tracks.push(track);
	}
	connection.onStateChange((state) => answer({ op: 'state', id, state }));
	connection.onGatheringStateChange((state) => {
		if (state === 'complete') answer({ op: 'offer', id, sdp: connection.localDescription()!.sdp });
	});
	connection.setLocalDescription('offer');
}

process.on('message', (order: Order) => {
	if (order.op === 'offer') add(order.id);
	else if (order.op === 'answer') receivers.get(order.id)!.connection.setRemoteDescription(order.sdp, 'answer');
	else answer({ op: 'packets', counts: [...receivers.values()].map(({ packets, bytes }) => ({ packets, bytes })) });
});
process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'));
