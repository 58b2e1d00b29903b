/** Debian packages of the GStreamer elements the pipelines use, to name what is missing. */
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

/** What to do about a host's failure, or null when restarting it is all there is. */
export function remedyFor(reason: string): string | null {
	const missing = /no element "([^"]+)"/.exec(reason)?.[1];
	if (missing?.startsWith('r58')) return 'Build the plugin: npm run build';
	if (missing) {
		const name = packages[missing];
		return name ? `Install the Debian package ${name}` : `Install the GStreamer plugin that has the element ${missing}`;
	}
	if (/alsa|audio device|card:/i.test(reason)) return 'Plug the sound card in, or choose another for the source';
	if (/No space left/i.test(reason)) return 'Free space on the disk or choose another data folder';
	return null;
}
