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
const remedies: { when: RegExp; remedy: string }[] = [
	{ when: /alsa|audio device|card:/i, remedy: 'Plug the sound card in, or choose another for the source' },
	{ when: /name .* is not known here/, remedy: "Check the receiver's name and the network, or give its address" },
	{
		when: /network\.specialTargets/,
		remedy: 'Give the address of the other machine, or let a technician allow it (settings: network.specialTargets)',
	},
	{
		when: /picture of \d+×\d+ is larger/,
		remedy: 'Let the sender make its picture smaller: no side may be more than twice that of the canvas (Full HD always fits)',
	},
	{ when: /No space left|disk is full/i, remedy: 'Free space on the disk or choose another data folder' },
	{
		when: /address .* in use by another writer/i,
		remedy: 'Another process sits on this link; it is taken over as soon as that one ends (r58 status lists the hosts)',
	},
	{ when: /EADDRINUSE|address already in use/i, remedy: 'Another program has the port: end it or choose another port' },
	{
		when: /\bbusy\b|EBUSY/i,
		remedy: 'Another program uses the device: end it (fuser -v DEVICE names it)',
	},
	{
		when: /permission denied|EACCES|EPERM|not permitted/i,
		remedy: "Give the service's user access to the device or folder (groups video, render and audio)",
	},
	{ when: /no signal|link has been severed|ENOLCK|ENOLINK/i, remedy: 'Check the cable and that the camera is on and sends' },
	{ when: /No such (file or )?device|ENODEV|ENXIO/i, remedy: 'The device is gone: plug it in again' },
	{
		when: /out of memory|cannot allocate/i,
		remedy: 'Use a smaller picture or fewer guests and viewers, or a machine with more memory',
	},
	{
		when: /does not die/i,
		remedy: 'A driver holds it: unplug and replug its device, or restart the machine. The rest of the show goes on',
	},
];

/** What to do about a host's failure, or null when restarting it is all there is. */
export function remedyFor(reason: string): string | null {
	const missing = /no element "([^"]+)"/.exec(reason)?.[1];
	if (missing?.startsWith('r58')) return 'Build the plugin: npm run build';
	if (missing) {
		const name = packages[missing];
		return name ? `Install the Debian package ${name}` : `Install the GStreamer plugin that has the element ${missing}`;
	}
	return remedies.find(({ when }) => when.test(reason))?.remedy ?? null;
}
