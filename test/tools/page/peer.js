/*
 * One WebRTC connection inside a page, as `r58peer`. The page has a <video>.
 */
globalThis.r58peer = {
	pc: null,

	/* The offer of a viewer of one video and one sound; with one video codec alone, or with a payload type renumbered. */
	async offerToWatch({ only, renumber } = {}) {
		this.pc = new RTCPeerConnection();
		for (const kind of ['video', 'audio']) {
			const transceiver = this.pc.addTransceiver(kind, { direction: 'recvonly' });
			const { codecs } = RTCRtpReceiver.getCapabilities(kind);
			if (only && kind === 'video') transceiver.setCodecPreferences(codecs.filter((c) => c.mimeType === `video/${only}`));
		}
		this.pc.ontrack = ({ streams }) => {
			document.querySelector('video').srcObject = streams[0];
		};
		let { sdp } = await this.pc.createOffer();
		if (renumber) {
			const [from, to] = renumber;
			sdp = sdp
				.replace(new RegExp(`(a=(?:rtpmap|fmtp|rtcp-fb):|m=video .* )${from}\\b`, 'g'), `$1${to}`)
				.replaceAll(`apt=${from}`, `apt=${to}`);
		}
		await this.pc.setLocalDescription({ type: 'offer', sdp });
		return this.pc.localDescription.sdp;
	},

	/* The offer of a guest with camera and microphone, who knows one video codec. */
	async offerToPublish(codec) {
		const stream = await navigator.mediaDevices.getUserMedia({ video: true, audio: true });
		this.pc = new RTCPeerConnection();
		for (const track of stream.getTracks()) {
			const transceiver = this.pc.addTransceiver(track, { direction: 'sendonly', streams: [stream] });
			const { codecs } = RTCRtpSender.getCapabilities(track.kind);
			if (track.kind === 'video') transceiver.setCodecPreferences(codecs.filter((c) => c.mimeType === `video/${codec}`));
		}
		await this.pc.setLocalDescription();
		return this.pc.localDescription.sdp;
	},

	answer(sdp) {
		return this.pc.setRemoteDescription({ type: 'answer', sdp });
	},

	close() {
		this.pc.close();
	},

	/* Entries of getStats() of one type. */
	async stats(type) {
		return [...(await this.pc.getStats()).values()].filter((entry) => entry.type === type);
	},

	frames() {
		return document.querySelector('video').getVideoPlaybackQuality().totalVideoFrames;
	},
};
