/*
 * Flash and beep once a second as a guest, and eyes and ears with times as a viewer, inside a page, as `r58av`. The page has a
 * <video> and comes from this machine by HTTP: audio worklets need a secure context.
 */
globalThis.r58av = {
	pc: null,
	context: null,

	/* A white flash and a beep of 100 ms at each whole second of the page's audio clock. */
	make({ hz, width = 320, height = 180 }) {
		const context = new AudioContext({ sampleRate: 48000 });
		const destination = context.createMediaStreamDestination();
		const gain = new GainNode(context, { gain: 0 });
		const tone = new OscillatorNode(context, { frequency: hz });
		tone.connect(gain).connect(destination);
		tone.start();
		const canvas = Object.assign(document.createElement('canvas'), { width, height });
		const picture = canvas.getContext('2d');
		// Each second refresh of the screen is a frame: 30 a second, as regular as the screen is.
		const frames = canvas.captureStream(0).getVideoTracks()[0];
		let refreshes = 0;
		let scheduled = Math.ceil(context.currentTime + 0.5);
		const draw = () => {
			requestAnimationFrame(draw);
			if (refreshes++ % 2 > 0) return;
			const now = context.currentTime;
			for (; scheduled < now + 2; scheduled++) {
				gain.gain.setValueAtTime(0.25, scheduled);
				gain.gain.setValueAtTime(0, scheduled + 0.1);
			}
			picture.fillStyle = now % 1 < 0.1 ? '#fff' : '#282828';
			picture.fillRect(0, 0, width, height);
			// Something always moves: a picture that stands still is not sent at full rate.
			picture.fillStyle = '#666';
			picture.fillRect((now * 40) % width, height - 12, 12, 8);
			frames.requestFrame();
		};
		draw();
		this.stream = new MediaStream([frames, ...destination.stream.getTracks()]);
	},

	play({ track }) {
		const video = document.querySelector('video');
		const stream = video.srcObject ?? new MediaStream();
		stream.addTrack(track);
		if (!video.srcObject) video.srcObject = stream;
	},

	/* The offer of a guest who sends what make() made. */
	async offerToSend() {
		this.pc = new RTCPeerConnection();
		for (const track of this.stream.getTracks()) {
			const transceiver = this.pc.addTransceiver(track, { direction: 'sendonly', streams: [this.stream] });
			const { codecs } = RTCRtpSender.getCapabilities(track.kind);
			if (track.kind === 'video') transceiver.setCodecPreferences(codecs.filter((c) => c.mimeType === 'video/VP8'));
		}
		await this.pc.setLocalDescription();
		return this.pc.localDescription.sdp;
	},

	async offerToWatch() {
		this.pc = new RTCPeerConnection();
		for (const kind of ['video', 'audio']) this.pc.addTransceiver(kind, { direction: 'recvonly' });
		this.pc.ontrack = (event) => this.play(event);
		await this.pc.setLocalDescription();
		return this.pc.localDescription.sdp;
	},

	answer(sdp) {
		return this.pc.setRemoteDescription({ type: 'answer', sdp });
	},

	async ears() {
		const code = `registerProcessor('ears', class extends AudioWorkletProcessor {
			process([[samples]]) {
				if (samples) this.port.postMessage({ frame: currentFrame, samples: samples.slice() });
				return true;
			}
		})`;
		const context = new AudioContext({ sampleRate: 48000 });
		await context.audioWorklet.addModule(URL.createObjectURL(new Blob([code], { type: 'text/javascript' })));
		const track = document.querySelector('video').srcObject.getAudioTracks()[0];
		const ears = new AudioWorkletNode(context, 'ears', { channelCount: 1, channelCountMode: 'explicit' });
		context
			.createMediaStreamSource(new MediaStream([track]))
			.connect(ears)
			.connect(context.destination);
		await context.resume();
		return { context, ears };
	},

	/*
	 * Begins of flashes at points of the picture, by the time the frame is expected on the screen; and the sound, 16 bit in
	 * base64, with the time its first sample leaves the loudspeaker. All in ms of the page's clock.
	 */
	async record({ durationMs, points }) {
		const video = document.querySelector('video');
		const { context, ears } = await this.ears();
		const sound = new Int16Array(Math.ceil((durationMs / 1000 + 2) * 48000));
		let first = null;
		ears.port.onmessage = ({ data: { frame, samples } }) => {
			first ??= frame;
			for (let i = 0; i < samples.length; i++) sound[frame - first + i] = Math.max(-1, Math.min(1, samples[i])) * 32767;
		};
		const clocks = [];
		const clock = setInterval(() => {
			const { contextTime, performanceTime } = context.getOutputTimestamp();
			if (performanceTime > 0) clocks.push(performanceTime - contextTime * 1000);
		}, 100);
		const canvas = new OffscreenCanvas(8, 8);
		const picture = canvas.getContext('2d', { willReadFrequently: true });
		const flashes = points.map(() => []);
		const white = points.map(() => true);
		const end = performance.now() + durationMs;
		await new Promise((resolve) => {
			const timer = setTimeout(resolve, durationMs + 1000);
			const onFrame = (_, { expectedDisplayTime, width, height }) => {
				for (const [i, [x, y]] of points.entries()) {
					picture.drawImage(video, x * width - 4, y * height - 4, 8, 8, 0, 0, 8, 8);
					const bright = picture.getImageData(4, 4, 1, 1).data[1] > 150;
					if (bright && !white[i]) flashes[i].push(expectedDisplayTime);
					white[i] = bright;
				}
				if (performance.now() < end) return video.requestVideoFrameCallback(onFrame);
				clearTimeout(timer);
				resolve();
			};
			video.requestVideoFrameCallback(onFrame);
		});
		clearInterval(clock);
		await context.close();
		clocks.sort((a, b) => a - b);
		const soundAtMs = (first / 48000) * 1000 + clocks[clocks.length >> 1];
		const bytes = new Uint8Array(sound.buffer);
		let text = '';
		for (let at = 0; at < bytes.length; at += 32768) text += String.fromCharCode(...bytes.subarray(at, at + 32768));
		return { flashes, soundAtMs, sound: btoa(text), outputLatencyMs: context.outputLatency * 1000 };
	},
};
