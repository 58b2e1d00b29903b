/*
 * Eyes and ears inside a page, as `r58page`. Injected with colourAt, readCounter and bandsDb (counter.ts, tones.ts) in scope.
 * `element` is a <video>, <audio> or <canvas>.
 */
(() => {
	const canvas = new OffscreenCanvas(16, 16);
	const context = canvas.getContext('2d', { willReadFrequently: true });
	let audio;
	const ears = new WeakMap();

	function picture(element) {
		const width = element.videoWidth ?? element.width;
		const height = element.videoHeight ?? element.height;
		if (!width || !height) return null;
		if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
		context.drawImage(element, 0, 0, width, height);
		return { format: 'rgba', width, height, data: context.getImageData(0, 0, width, height).data };
	}

	function look(element, { points = [], box } = {}) {
		const seen = picture(element);
		if (!seen) return null;
		return {
			width: seen.width,
			height: seen.height,
			counter: readCounter(seen, box),
			colours: points.map(([x, y]) => colourAt(seen, x, y)),
		};
	}

	/* One entry per presented frame: what it shows, its wall clock time and its media time, ms. */
	function watch(element, { durationMs, points, box }) {
		return new Promise((resolve) => {
			const seen = [];
			const end = performance.now() + durationMs;
			const timer = setTimeout(() => resolve(seen), durationMs + 500);
			const onFrame = (now, frame) => {
				seen.push({ atMs: performance.timeOrigin + now, mediaMs: frame.mediaTime * 1000, ...look(element, { points, box }) });
				if (now < end) return element.requestVideoFrameCallback(onFrame);
				clearTimeout(timer);
				resolve(seen);
			};
			element.requestVideoFrameCallback(onFrame);
		});
	}

	/* An analyser on the element's stream; a new stream gets a new one. */
	function earOf(element) {
		const stream = element.srcObject;
		const track = stream?.getAudioTracks()[0];
		if (!track) return null;
		const known = ears.get(element);
		if (known?.track === track) return known;
		known?.source.disconnect();
		audio ??= new AudioContext({ sampleRate: 48000 });
		const ear = { track, analyser: audio.createAnalyser(), source: audio.createMediaStreamSource(new MediaStream([track])) };
		ear.analyser.fftSize = 32768;
		ear.source.connect(ear.analyser);
		ears.set(element, ear);
		return ear;
	}

	/* dBFS of each frequency over the next 0.7 s of the element's sound; null when it has none. */
	async function listen(element, { frequencies }) {
		const ear = earOf(element);
		if (!ear) return null;
		await audio.resume();
		const end = audio.currentTime + ear.analyser.fftSize / audio.sampleRate + 0.05;
		while (audio.currentTime < end) await new Promise((resolve) => setTimeout(resolve, 20));
		const samples = new Float32Array(ear.analyser.fftSize);
		ear.analyser.getFloatTimeDomainData(samples);
		return bandsDb(samples, audio.sampleRate, frequencies);
	}

	globalThis.r58page = { look, watch, listen };
})();
