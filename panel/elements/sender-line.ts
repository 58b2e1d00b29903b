import type { RtpInput } from '../../service/contract/sources.js';

/** Address of the studio for a sender: the one this page uses, unless only the studio itself may send. */
export function senderHost(listen: RtpInput['listen'], pageHost: string): string {
	return listen === 'loopback' || pageHost === 'localhost' ? '127.0.0.1' : pageHost.replace(/^\[|\]$/g, '');
}

const pictures = {
	h264: 'video/x-raw,format=I420,width=1280,height=720,framerate=30/1 ! x264enc tune=zerolatency speed-preset=veryfast bitrate=4000 key-int-max=30 ! rtph264pay config-interval=-1',
	vp8: 'video/x-raw,format=I420,width=1280,height=720,framerate=30/1 ! vp8enc deadline=1 cpu-used=8 target-bitrate=4000000 keyframe-max-dist=30 ! rtpvp8pay',
};

/** A command that sends a test picture and a quiet tone to an RTP source. */
export function senderLine({ video, audio }: RtpInput, host: string): string {
	const parts = [
		video && `videotestsrc is-live=true ! ${pictures[video.codec]} ! udpsink host=${host} port=${video.port}`,
		audio &&
			`audiotestsrc is-live=true volume=0.1 ! audio/x-raw,rate=48000,channels=2 ! opusenc ! rtpopuspay ! udpsink host=${host} port=${audio.port}`,
	];
	return ['gst-launch-1.0', ...parts.filter((part) => part !== null)].join(' ');
}
