/** Every launch description, with example names and numbers. */
import { alsaSource } from '../../pipelines/alsaSource.js';
import type { Canvas } from '../../pipelines/canvas.js';
import { encoder, videoKbpsFor } from '../../pipelines/encoder.js';
import { guestSource } from '../../pipelines/guestSource.js';
import { hdmiSource } from '../../pipelines/hdmiSource.js';
import type { LinkRole } from '../../pipelines/links.js';
import { mixer } from '../../pipelines/mixer.js';
import { recorder } from '../../pipelines/recorder.js';
import { rtpSource } from '../../pipelines/rtpSource.js';
import { rtpTarget } from '../../pipelines/rtpTarget.js';
import { multiviewStreamer, programStreamer, returnStreamer } from '../../pipelines/streamer.js';
import { testSource } from '../../pipelines/testSource.js';
import { x264 } from '../encoders/table.js';

export interface Example {
	role: LinkRole;
	launch: string;
}

const of = (role: LinkRole, launch: string): Example => ({ role, launch });

export function pipelineExamples(canvas: Canvas): Record<string, Example> {
	const common = { instance: 'example', canvas, slots: 12, maxPeers: 100 };
	const videoKbps = videoKbpsFor(canvas);
	const program = { video: 'program.h264', audio: 'program.aac' } as const;
	return {
		'source hdmi1 (demo)': of('source', testSource({ ...common, id: 'hdmi1', colour: '#c83232', toneHz: 440, label: 'HDMI 1' })),
		'source hdmi1': of('source', hdmiSource({ ...common, id: 'hdmi1', device: '/dev/video0' })),
		'source hdmi1-sound': of('card', alsaSource({ ...common, id: 'hdmi1', device: 'hw:CARD=Video,DEV=0' })),
		'source guest, H.264': of('source', guestSource({ ...common, id: 'guest-1', video: 'H264', audio: true })),
		'source guest, VP8': of('source', guestSource({ ...common, id: 'guest-1', video: 'VP8', audio: true })),
		'source rtp': of(
			'source',
			rtpSource({
				...common,
				id: 'rtp-1',
				address: '127.0.0.1',
				video: { port: 5004, codec: 'h264' },
				audio: { port: 5006 },
			}),
		),
		'mixer program': of('mixer', mixer(common)),
		'encoder program': of('encoder', encoder({ ...common, video: x264, videoKbps, aacKbps: 160, opusKbps: 128 })),
		recorder: of('recorder', recorder({ instance: 'example', ...program, path: '/tmp/program-001.mp4', startPtsNs: '0' })),
		'target rtp': of('target', rtpTarget({ instance: 'example', host: '192.0.2.1', videoPort: 5004, audioPort: 5006 })),
		'streamer program': of('program', programStreamer(common)),
		'streamer return': of('return', returnStreamer({ ...common, opusKbps: 64 })),
		'streamer multiview': of('multiview', multiviewStreamer({ ...common, video: x264, videoKbps })),
	};
}
