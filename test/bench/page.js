/*
 * A stop-watch for the first connection of a page, and a camera that shows the time, as `r58bench`. Runs before the page's own
 * code. Times are wall clock, ms.
 */
(() => {
	const marks = {};
	const now = () => performance.timeOrigin + performance.now();
	const mark = (name) => {
		marks[name] ??= now();
	};

	document.addEventListener('click', () => mark('clicked'), { capture: true });

	const Peer = globalThis.RTCPeerConnection;
	globalThis.RTCPeerConnection = class extends Peer {
		constructor(...options) {
			const first = marks.begun === undefined;
			mark('begun');
			super(...options);
			if (!first) return;
			this.addEventListener('connectionstatechange', () => {
				if (this.connectionState === 'connected') mark('connected');
			});
		}
	};

	const { fetch } = globalThis;
	globalThis.fetch = async (address, options) => {
		const first = marks.posted === undefined && options?.method === 'POST' && /\/(whip|whep)\//.test(String(address));
		if (first) mark('posted');
		const response = await fetch(address, options);
		if (first) mark('answered');
		return response;
	};

	const source = Object.getOwnPropertyDescriptor(HTMLMediaElement.prototype, 'srcObject');
	Object.defineProperty(HTMLMediaElement.prototype, 'srcObject', {
		...source,
		set(stream) {
			source.set.call(this, stream);
			this.requestVideoFrameCallback?.(() => mark('shown'));
		},
	});

	/*
	 * A camera track of 30 fps: moving noise, and on it the low 32 bits of the millisecond at which the frame was made, in the
	 * blocks of r58testsrc (test/tools/engine/counter.ts reads them). A canvas is too slow a source without a graphics card.
	 */
	function clockCamera(width = 1280, height = 720, fps = 30) {
		const track = new MediaStreamTrackGenerator({ kind: 'video' });
		const writer = track.writable.getWriter();
		const size = width * height;
		const cell = width / 40;
		// Coarse grey noise, twice the height of the picture: each frame shows it a little lower.
		const texture = new Uint8Array(size * 2);
		for (let y = 0; y < height * 2; y += 8) {
			const row = texture.subarray(y * width, (y + 1) * width);
			for (let x = 0; x < width; x += 8) row.fill(96 + Math.random() * 64, x, x + 8);
			for (let copy = 1; copy < 8; copy++) texture.copyWithin((y + copy) * width, y * width, (y + 1) * width);
		}
		const data = new Uint8Array((size * 3) / 2).fill(128);
		const began = performance.now();
		let count = 0;
		const paint = () => {
			const at = ((count * 2) % height) * width;
			data.set(texture.subarray(at, at + size));
			const ms = now();
			const code = Math.floor(ms) % 2 ** 32;
			for (let bit = 0; bit < 32; bit++) {
				const x = (4 + bit) * cell;
				const luma = Math.floor(code / 2 ** (31 - bit)) % 2 ? 235 : 16;
				for (let y = Math.round((height * 24) / 40 - cell / 2), end = y + cell; y < end; y++)
					data.fill(luma, y * width + x, y * width + x + cell);
			}
			const layout = { format: 'I420', codedWidth: width, codedHeight: height, timestamp: Math.round(ms * 1000) };
			void writer.write(new VideoFrame(data, layout));
			count += 1;
			setTimeout(paint, Math.max(0, began + (count * 1000) / fps - performance.now()));
		};
		paint();
		return track;
	}

	/* Pages that ask for a camera get that one; the microphone stays the browser's. */
	function replaceCamera() {
		const media = navigator.mediaDevices;
		const ask = media.getUserMedia.bind(media);
		media.getUserMedia = async ({ audio }) => {
			const stream = await ask({ audio });
			stream.addTrack(clockCamera());
			return stream;
		};
	}

	/* A description with all its candidates. */
	async function described(peer) {
		await peer.setLocalDescription();
		while (peer.iceGatheringState !== 'complete')
			await new Promise((resolve) => peer.addEventListener('icegatheringstatechange', resolve, { once: true }));
		return peer.localDescription;
	}

	/* The camera from one connection of this page to another, shown in a <video id="loop">: what the browser itself takes. */
	async function loop() {
		// A page that may use the microphone names its real addresses.
		const stream = await navigator.mediaDevices.getUserMedia({ audio: true });
		const [from, to] = [new Peer(), new Peer()];
		const video = Object.assign(document.createElement('video'), { id: 'loop', muted: true, autoplay: true });
		document.body.append(video);
		to.ontrack = ({ track }) => {
			video.srcObject = new MediaStream([track]);
		};
		const transceiver = from.addTransceiver(stream.getVideoTracks()[0], {
			direction: 'sendonly',
			sendEncodings: [{ maxBitrate: 2_500_000 }],
		});
		const { codecs } = RTCRtpSender.getCapabilities('video');
		transceiver.setCodecPreferences(codecs.filter(({ mimeType }) => mimeType === 'video/H264'));
		await to.setRemoteDescription(await described(from));
		await from.setRemoteDescription(await described(to));
	}

	globalThis.r58bench = { marks, replaceCamera, loop };
})();
