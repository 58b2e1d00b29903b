import type { Target } from '../../../service/contract/targets.js';

/** A command that plays, on the receiver, what a target sends. */
export function receiverLine({ videoPort, audioPort }: Pick<Target, 'videoPort' | 'audioPort'>): string {
	const packets = (port: number, media: string, rate: number, name: string, payload: number) =>
		`udpsrc port=${port} caps=application/x-rtp,media=${media},clock-rate=${rate},encoding-name=${name},payload=${payload} ! rtpjitterbuffer`;
	const parts = [
		videoPort !== null &&
			`${packets(videoPort, 'video', 90_000, 'H264', 96)} ! rtph264depay ! h264parse ! avdec_h264 ! videoconvert ! autovideosink`,
		audioPort !== null &&
			`${packets(audioPort, 'audio', 48_000, 'OPUS', 111)} ! rtpopusdepay ! opusdec ! audioconvert ! autoaudiosink`,
	];
	return ['gst-launch-1.0', ...parts.filter((part) => part !== false)].join(' ');
}
