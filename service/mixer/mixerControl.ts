import type { MixerCommand } from '../../pipelines/commands.js';
import type { EventData } from '../../pipelines/events.js';
import type { SupervisedHost } from '../hosts/supervisedHost.js';
import type { MixLayer } from '../show/mix.js';
import { Answers } from '../util/answers.js';
import { StudioError } from '../util/errors.js';

/** The mixer answers with the next frame; later than this it hangs. */
const APPLY_TIMEOUT_MS = 2_000;

type Command<Op extends MixerCommand['op']> = Omit<Extract<MixerCommand, { op: Op }>, 'op'>;
export type SlotInput = Omit<Command<'slot'>, 'slot'>;
export type AudioMix = Omit<Command<'audio'>, 'rampMs'>;
export type Transition = Command<'program'>['transition'];

export interface AppliedFrame {
	frame: number;
	ptsNs: string;
	endFrame: number;
}

/** What one r58mixer element shows and does. Sends changes, and everything again after a restart. */
export class MixerControl {
	#slots = new Map<number, SlotInput>();
	#layers: MixLayer[] = [];
	#audio: AudioMix | undefined;
	#drawn = true;
	#answers = new Answers<AppliedFrame>();
	#nextId = 1;

	constructor(
		readonly host: SupervisedHost,
		/** Frames over which gains follow a cut: click-free, about 20 ms. */
		private readonly cutRampFrames = 1,
	) {
		host.on('ready', () => this.#resend());
		host.on('event', ({ factory, event, data }) => {
			if (factory !== 'r58mixer') return;
			if (event === 'applied') this.#onApplied(data);
			else if (event === 'refused' && data.id !== null)
				this.#answers.reject(data.id, new StudioError('internal', `the mixer refused the scene: ${data.reason}`));
		});
		host.on('down', () => {
			this.#answers.rejectAll(() => new StudioError('not-on-air', 'the mixer has ended and is being restarted'));
		});
	}

	setSlot(slot: number, input: SlotInput): void {
		this.#slots.set(slot, input);
		if (this.host.ready) this.#sendSlot(slot, input);
	}

	/** Shows `layers` from the next frame on; resolves with that frame. */
	show(layers: MixLayer[], transition: Transition, audio?: AudioMix): Promise<AppliedFrame> {
		if (!this.host.ready)
			return Promise.reject(new StudioError('not-on-air', 'the mixer is starting; try again in a moment', undefined, 1));
		this.#layers = layers;
		if (audio) this.#audio = audio;
		return this.#sendProgram(transition);
	}

	/** Sets what to show after the next start. */
	prepare(layers: MixLayer[], audio?: AudioMix): void {
		this.#layers = layers;
		if (audio) this.#audio = audio;
	}

	setAudio(audio: AudioMix, rampMs: number): void {
		this.#audio = audio;
		if (this.host.ready) this.host.command('mixer', { op: 'audio', ...audio, rampMs });
	}

	/** Whether pictures are drawn; without them the rest goes on, so that the next frame can be drawn at once. */
	setDrawn(drawn: boolean): void {
		if (drawn === this.#drawn) return;
		this.#drawn = drawn;
		if (this.host.ready) this.host.command('mixer', { op: 'picture', drawn });
	}

	#resend(): void {
		if (!this.#drawn) this.host.command('mixer', { op: 'picture', drawn: false });
		for (const [slot, input] of this.#slots) this.#sendSlot(slot, input);
		if (this.#audio) this.host.command('mixer', { op: 'audio', ...this.#audio, rampMs: 0 });
		this.#sendProgram({ kind: 'cut', frames: 0 }).catch(() => {
			// The host went down again or hangs; the supervisor handles it and this is sent again.
		});
	}

	#sendSlot(slot: number, input: SlotInput): void {
		this.host.command('mixer', { op: 'slot', slot, ...input });
	}

	#sendProgram(transition: Transition): Promise<AppliedFrame> {
		const id = String(this.#nextId++);
		const late = () => new StudioError('timeout', `the mixer did not answer within ${APPLY_TIMEOUT_MS / 1000} s`);
		const applied = this.#answers.to(id, APPLY_TIMEOUT_MS, late);
		this.host.command('mixer', {
			op: 'program',
			id,
			layers: this.#layers,
			transition,
			...(this.#audio ? { gains: this.#audio.gains, rampFrames: transition.frames || this.cutRampFrames } : {}),
		});
		return applied;
	}

	#onApplied({ id, frame, ptsNs, endFrame }: EventData<'r58mixer', 'applied'>): void {
		if (id !== null) this.#answers.resolve(id, { frame, ptsNs, endFrame });
	}
}
