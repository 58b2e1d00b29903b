import type { System } from '../contract/system.js';
import type { Faults } from '../faults/faults.js';
import type { LiveState } from '../state/state.js';

/** Brighter than this is visible; black is 16 (BT.709 in 8 bits), and coding leaves some noise. */
const BLACK_LUMA = 24;
/** Quieter is inaudible, dBFS. */
const SILENT_DB = -70;
/** A dip, a pause or a starting source is not an alarm. */
const ALARM_MS = 2_000;

export interface ProgramConditionOptions {
	state: LiveState;
	faults: Pick<Faults, 'raise' | 'clear'>;
	/** Whether black or silence is intended. */
	chosen: () => { black: boolean; silent: boolean };
}

/** Whether the program at the mixer's output is visible and audible. */
export class ProgramCondition {
	#seenAt: number | null = null;
	#heardAt: number | null = null;
	#told = new Set<string>();

	readonly #publish: (program: System['program']) => void;

	constructor(private readonly o: ProgramConditionOptions) {
		this.#publish = o.state.own('program');
	}

	/** The program's brightest luma, twice a second. */
	onPicture(peakLuma: number, now = performance.now()): void {
		if (this.#seenAt === null || peakLuma > BLACK_LUMA) this.#seenAt = now;
		this.#judge(now);
	}

	/** Peak of the program's sound, dBFS; 20 times a second, judged with the next picture. */
	onSound(peakDb: number, now = performance.now()): void {
		if (this.#heardAt === null || peakDb > SILENT_DB) this.#heardAt = now;
	}

	/** The mixer is down. */
	unknown(): void {
		this.#seenAt = null;
		this.#heardAt = null;
		this.#publish(null);
		this.#tell(false, false);
	}

	#judge(now: number): void {
		const { chosen } = this.o;
		const { black, silent } = chosen();
		const unseen = now - this.#seenAt! > ALARM_MS;
		const unheard = this.#heardAt !== null && now - this.#heardAt > ALARM_MS;
		const picture = black ? 'empty' : unseen ? 'black' : 'shown';
		const sound = silent ? 'muted' : unheard ? 'silent' : 'heard';
		this.#publish({ picture, sound });
		this.#tell(picture === 'black', sound === 'silent');
	}

	#tell(black: boolean, silent: boolean): void {
		this.#say(black, 'program-black');
		this.#say(silent, 'program-silent');
	}

	/** Raised once, not with every reading. */
	#say(wrong: boolean, code: 'program-black' | 'program-silent'): void {
		if (wrong === this.#told.has(code)) return;
		if (wrong) {
			this.#told.add(code);
			this.o.faults.raise({ code, subject: 'program' });
		} else {
			this.#told.delete(code);
			this.o.faults.clear(code, 'program');
		}
	}
}
