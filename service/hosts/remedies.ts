import type { Remedy } from '../contract/remedies.js';

/** Debian packages of the pipelines' GStreamer elements, to name the missing one. */
const packages: Record<string, string> = {
	x264enc: 'gstreamer1.0-plugins-ugly',
	avenc_aac: 'gstreamer1.0-libav',
	avdec_h264: 'gstreamer1.0-libav',
	webrtcbin: 'gstreamer1.0-plugins-bad',
	nicesrc: 'gstreamer1.0-nice',
	aacparse: 'gstreamer1.0-plugins-good',
	mp4mux: 'gstreamer1.0-plugins-good',
	rtph264pay: 'gstreamer1.0-plugins-good',
	rtph264depay: 'gstreamer1.0-plugins-good',
	rtpjitterbuffer: 'gstreamer1.0-plugins-good',
	udpsrc: 'gstreamer1.0-plugins-good',
	udpsink: 'gstreamer1.0-plugins-good',
	rtpopuspay: 'gstreamer1.0-plugins-good',
	rtpopusdepay: 'gstreamer1.0-plugins-good',
	rtpvp8depay: 'gstreamer1.0-plugins-good',
	vp8dec: 'gstreamer1.0-plugins-good',
	h264parse: 'gstreamer1.0-plugins-bad',
	opusenc: 'gstreamer1.0-plugins-base',
	opusdec: 'gstreamer1.0-plugins-base',
	alsasrc: 'gstreamer1.0-alsa',
	videoconvertscale: 'gstreamer1.0-plugins-base',
};

/** What GStreamer, the kernel and the supervisor say, and what a person can do about it. */
const remedies: { when: RegExp; code: Remedy['code'] }[] = [
	{ when: /alsa|audio device|card:/i, code: 'sound-card' },
	{ when: /name .* does not resolve/, code: 'receiver-name' },
	{ when: /network\.specialTargets/, code: 'special-target' },
	{ when: /picture of \d+×\d+ is larger/, code: 'picture-too-large' },
	{ when: /No space left|disk is full/i, code: 'disk-space' },
	{ when: /address .* in use by another writer/i, code: 'link-taken' },
	{ when: /EADDRINUSE|address already in use/i, code: 'port-taken' },
	{ when: /\bbusy\b|EBUSY/i, code: 'device-busy' },
	{ when: /permission denied|EACCES|EPERM|not permitted/i, code: 'no-permission' },
	{ when: /no signal|link has been severed|ENOLCK|ENOLINK/i, code: 'no-signal' },
	{ when: /No such (file or )?device|ENODEV|ENXIO/i, code: 'device-gone' },
	{ when: /out of memory|cannot allocate/i, code: 'out-of-memory' },
	{ when: /does not respond to SIGKILL/i, code: 'device-held' },
];

/** What to do about a host's failure, or null when only a restart can help. */
export function remedyFor(reason: string): Remedy | null {
	const missing = /no element "([^"]+)"/.exec(reason)?.[1];
	if (missing?.startsWith('r58')) return { code: 'build-plugin' };
	if (missing) {
		const name = packages[missing];
		return name ? { code: 'install-package', of: name } : { code: 'install-element', of: missing };
	}
	const code = remedies.find(({ when }) => when.test(reason))?.code;
	return code === undefined ? null : { code };
}
