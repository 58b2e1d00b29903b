/** `npm run pipelines`: every launch description, ready to paste behind gst-launch-1.0. */

import { alsaSource } from '../../pipelines/alsaSource.js';
import { parseCanvas } from '../../pipelines/canvas.js';
import { encoder, videoKbpsFor } from '../../pipelines/encoder.js';
import { guestSource } from '../../pipelines/guestSource.js';
import { hdmiSource } from '../../pipelines/hdmiSource.js';
import { mixer } from '../../pipelines/mixer.js';
import { recorder } from '../../pipelines/recorder.js';
import { rtpSource } from '../../pipelines/rtpSource.js';
import { rtpTarget } from '../../pipelines/rtpTarget.js';
import { multiviewStreamer, programStreamer, returnStreamer } from '../../pipelines/streamer.js';
import { testSource } from '../../pipelines/testSource.js';
import { videoEncoders } from '../encoders/table.js';

const canvas = parseCanvas(process.argv[2] ?? '1280x720p30');
const common = { instance: 'example', canvas, slots: 12, maxPeers: 100 };
const video = videoEncoders.x264!;
const videoKbps = videoKbpsFor(canvas);

const descriptions: Record<string, string> = {
	'source hdmi1 (demo)': testSource({ ...common, id: 'hdmi1', colour: '#c83232', toneHz: 440, label: 'HDMI 1' }),
	'source hdmi1': hdmiSource({ ...common, id: 'hdmi1', device: '/dev/video0' }),
	'source hdmi1-sound': alsaSource({ ...common, id: 'hdmi1', device: 'hw:CARD=Video,DEV=0' }),
	'source guest, H.264': guestSource({ ...common, id: 'guest-1', video: 'H264', audio: true }),
	'source guest, VP8': guestSource({ ...common, id: 'guest-1', video: 'VP8', audio: true }),
	'source rtp': rtpSource({
		...common,
		id: 'rtp-1',
		address: '127.0.0.1',
		video: { port: 5004, codec: 'h264' },
		audio: { port: 5006 },
	}),
	'mixer program': mixer(common),
	'encoder program': encoder({ ...common, video, videoKbps, aacKbps: 160, opusKbps: 128 }),
	recorder: recorder({ instance: 'example', path: '/tmp/program-001.mp4', startPtsNs: '0' }),
	'target rtp': rtpTarget({ instance: 'example', host: '192.0.2.1', videoPort: 5004, audioPort: 5006 }),
	'streamer program': programStreamer(common),
	'streamer return': returnStreamer({ ...common, opusKbps: 64 }),
	'streamer multiview': multiviewStreamer({ ...common, video, videoKbps }),
};

process.stdout.write('# Build the plugin first, then: export GST_PLUGIN_PATH=pipelines/plugin/build\n');
for (const [name, description] of Object.entries(descriptions))
	process.stdout.write(`\n# ${name}\ngst-launch-1.0 ${description}\n`);
