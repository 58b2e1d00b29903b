/** A guest whose picture and sound are exact: what its sender reports say is when flash and beep were. */
import type { LightPorts } from './lightPeers.js';
import { payloadTypes } from './lightPeersChild.js';

/** Pictures leave `pictureLateMs` after the sound that belongs to them, as from a camera; the sender reports tell. */
export function exactGuest({ hz, pictureLateMs = 0 }: { hz: number; pictureLateMs?: number }) {
	const caps =
		'video/x-raw,format=I420,width=320,height=180,framerate=30/1,pixel-aspect-ratio=1/1,interlace-mode=progressive,colorimetry=bt709';
	const late = pictureLateMs * 1e6;
	return ({ video, audio }: LightPorts, reports: LightPorts = { video, audio }) => `rtpbin name=bin rtcp-sync-send-time=false
		r58testsrc name=t video-caps=${caps} flash=true tone-hz=0 beep-hz=${hz}
		t.video ! queue min-threshold-time=${late} max-size-time=${late + 1e9} max-size-bytes=0 max-size-buffers=0
		! x264enc tune=zerolatency speed-preset=superfast bitrate=500 key-int-max=30 ! video/x-h264,profile=constrained-baseline
		! rtph264pay pt=${payloadTypes.video} ssrc=1 mtu=1200 config-interval=-1 aggregate-mode=zero-latency ! bin.send_rtp_sink_0
		bin.send_rtp_src_0 ! udpsink host=127.0.0.1 port=${video} sync=false async=false
		bin.send_rtcp_src_0 ! udpsink host=127.0.0.1 port=${reports.video} sync=false async=false
		t.audio ! queue ! audioconvert ! opusenc tolerance=0 ! rtpopuspay pt=${payloadTypes.audio} ssrc=2 ! bin.send_rtp_sink_1
		bin.send_rtp_src_1 ! udpsink host=127.0.0.1 port=${audio} sync=false async=false
		bin.send_rtcp_src_1 ! udpsink host=127.0.0.1 port=${reports.audio} sync=false async=false`;
}
