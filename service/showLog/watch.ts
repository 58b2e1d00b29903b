import type { Happening, LogKind } from '../contract/showLog.js';
import type { State } from '../contract/state.js';

type Told = Pick<Happening, 'event' | 'text'> & Partial<Happening>;

interface Change {
	subject: string;
	/** undefined: it did not exist before, or no longer exists. */
	before: string | undefined;
	now: string | undefined;
	state: Readonly<State>;
}

/** One kind of thing that the log covers, as a value for each subject. */
export interface Watch {
	kind: LogKind;
	/** Parts of the state that it depends on. */
	parts: (keyof State)[];
	/** The noun in the paths of requests that change it. */
	noun: string;
	/** Null: between two values, not judged. */
	read: (state: Readonly<State>) => [subject: string, value: string | null][];
	tell: (change: Change) => Told | null;
	/** It may go back and forth; only the outcome is logged. */
	settles?: boolean;
	/** A take may be the cause, and is logged first. */
	afterTake?: boolean;
}
