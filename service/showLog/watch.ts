import type { Happening, LogKind } from '../contract/showLog.js';
import type { State } from '../contract/state.js';

type Told = Pick<Happening, 'event' | 'text'> & Partial<Happening>;

interface Change {
	subject: string;
	/** undefined: it was not there, or is not any more. */
	before: string | undefined;
	now: string | undefined;
	state: Readonly<State>;
}

/** One sort of thing that the log tells of, as a value for each subject. */
export interface Watch {
	kind: LogKind;
	/** Parts of the state that it depends on. */
	parts: (keyof State)[];
	/** The noun in the paths of requests that change it. */
	noun: string;
	/** Null: on the way from one value to another, not judged. */
	read: (state: Readonly<State>) => [subject: string, value: string | null][];
	tell: (change: Change) => Told | null;
	/** It may go to and fro; only what it comes to is told. */
	settles?: boolean;
	/** A take may be the cause, and is told first. */
	afterTake?: boolean;
}
