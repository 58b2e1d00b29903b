import type { System } from '../contract/system.js';
import type { Faults } from '../faults/faults.js';
import type { LiveState } from '../state/state.js';

/** Brighter than this there is something to see; black is 16 (BT.709 in 8 bits), and coding leaves some noise on it. */
const BLACK_LUMA = 24;
/** Quieter is nothing that anybody hears, dBFS. */
const SILENT_DB = -70;
/** A dip, a pause for breath and a source that starts are no alarm. */
const ALARM_MS = 2_000;

export interface ProgramConditionOptions {
	state: LiveState;
	faults: Pick<Faults, 'raise' | 'clear'>;
	/** What of a black or silent program is as it was asked for. */
	chosen: () => { black: boolean; silent: boolean };
}

/** Whether the program that leaves the mixer is to be seen and heard: what is said of it is so. */
export class ProgramCondition {
	#seenAt: number | null = null;
	#heardAt: number | null = null;
	#told = new Set<string>();

	readonly #publish: (program: System['program']) => void;

	constructor(private readonly o: ProgramConditionOptions) {
		this.#publish = o.state.own('program');
	}

	/** The brightest luma of the program; comes twice a second. */
	onPicture(peakLuma: number, now = performance.now()): void {
		if (this.#seenAt === null || peakLuma > BLACK_LUMA) this.#seenAt = now;
		this.#judge(now);
	}

	/** Peak of the program's sound, dBFS; comes 20 times a second, and is judged with the next picture. */
	onSound(peakDb: number, now = performance.now()): void {
		if (this.#heardAt === null || peakDb > SILENT_DB) this.#heardAt = now;
	}

	/** The mixer is away. */
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

	/** Raised once, not with every look. */
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
