import type { ReactiveController, ReactiveControllerHost } from '@lit/reactive-element';
import type { Meter } from '../common/meter.js';

const everyMs = 50;

/** Shows the peak of a microphone on a meter, 20 times a second. */
export class MicrophoneLevel implements ReactiveController {
	#context: AudioContext | null = null;
	#analyser: AnalyserNode | null = null;
	#source: MediaStreamAudioSourceNode | null = null;
	#track: MediaStreamTrack | undefined;
	#timer = 0;
	#resume = () => void this.#context?.resume();

	constructor(
		host: ReactiveControllerHost,
		private readonly meter: () => Meter | null,
	) {
		host.addController(this);
	}

	/** Follows another microphone from now on. */
	listen(stream: MediaStream | null): void {
		const track = stream?.getAudioTracks()[0];
		if (track === this.#track) return;
		this.#track = track;
		this.#source?.disconnect();
		this.#source = null;
		if (!track) return;
		this.#context ??= new AudioContext();
		if (!this.#analyser) {
			this.#analyser = new AnalyserNode(this.#context, { fftSize: 2048 });
			this.#timer = window.setInterval(() => this.#measure(), everyMs);
			// Some browsers keep a context silent until the page is touched.
			window.addEventListener('pointerdown', this.#resume);
		}
		this.#source = new MediaStreamAudioSourceNode(this.#context, { mediaStream: new MediaStream([track]) });
		this.#source.connect(this.#analyser);
		void this.#context.resume();
	}

	hostDisconnected(): void {
		window.clearInterval(this.#timer);
		window.removeEventListener('pointerdown', this.#resume);
		void this.#context?.close();
		this.#context = this.#analyser = null;
	}

	#measure(): void {
		const samples = new Float32Array(this.#analyser!.fftSize);
		this.#analyser!.getFloatTimeDomainData(samples);
		const peak = samples.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0);
		const db = this.#source ? 20 * Math.log10(Math.max(peak, 1e-5)) : -100;
		this.meter()?.show([db, db]);
	}
}
