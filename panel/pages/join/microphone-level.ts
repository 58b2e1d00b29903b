import type { ReactiveController, ReactiveControllerHost } from '@lit/reactive-element';

const everyMs = 50;
/** Speech at arm's length is around −25 dB; a quiet room stays below −50. */
const heardDb = -42;
/** In total: speech has gaps. */
const heardForMs = 250;
/** After this long without sound, something is wrong. */
const quietMs = 8000;
const loudDb = -1;

/** What the microphone has picked up so far. quiet: nothing for a while. */
export type Hearing = 'waiting' | 'heard' | 'quiet' | 'loud';

/** Measures the microphone's peak 20 times a second; renders its host again only when the verdict changes. */
export class MicrophoneLevel implements ReactiveController {
	hearing: Hearing = 'waiting';
	#context: AudioContext | null = null;
	#analyser: AnalyserNode | null = null;
	#source: MediaStreamAudioSourceNode | null = null;
	#track: MediaStreamTrack | undefined;
	#timer = 0;
	#aboveMs = 0;
	#silentMs = 0;
	#resume = () => void this.#context?.resume();

	constructor(
		readonly host: ReactiveControllerHost,
		/** Receives each peak, dB. */
		private readonly show: (db: number) => void,
	) {
		host.addController(this);
	}

	/** Switches to another microphone. */
	listen(track: MediaStreamTrack | undefined): void {
		if (track === this.#track) return;
		this.#track = track;
		this.#source?.disconnect();
		this.#source = null;
		this.#aboveMs = this.#silentMs = 0;
		this.hearing = 'waiting';
		if (!track) return;
		this.#context ??= new AudioContext();
		if (!this.#analyser) {
			this.#analyser = new AnalyserNode(this.#context, { fftSize: 2048 });
			this.#timer = window.setInterval(() => this.#measure(), everyMs);
			// Some browsers keep an audio context suspended until the page is touched.
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
		this.#context = this.#analyser = this.#source = null;
		this.#track = undefined;
	}

	#measure(): void {
		// A suspended context says nothing about the microphone.
		if (!this.#source || this.#context?.state !== 'running') return;
		const samples = new Float32Array(this.#analyser!.fftSize);
		this.#analyser!.getFloatTimeDomainData(samples);
		const peak = samples.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0);
		const db = 20 * Math.log10(Math.max(peak, 1e-5));
		this.show(db);
		this.#judge(db);
	}

	#judge(db: number): void {
		if (db > heardDb) this.#aboveMs += everyMs;
		this.#silentMs = db > heardDb ? 0 : this.#silentMs + everyMs;
		let hearing = this.hearing;
		if (this.#silentMs >= quietMs && hearing === 'waiting') hearing = 'quiet';
		if (this.#aboveMs >= heardForMs) hearing = db > loudDb ? 'loud' : 'heard';
		if (hearing === this.hearing) return;
		this.hearing = hearing;
		this.host.requestUpdate();
	}
}
