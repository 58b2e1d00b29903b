import type { Certificates } from '../contract/certificates.js';
import type { Finding } from '../contract/ready.js';
import type { State } from '../contract/state.js';

/** What the mixer sees of a source's picture. */
export interface Movement {
	/** Frames a second that it took, over some seconds; null before there are enough. */
	fps: number | null;
	/** Since it took the last one, ms. */
	ageMs: number;
	/** Since the picture last changed, ms; null when nobody looks. */
	stillMs: number | null;
	/** The brightest point, 0–255; null when nobody looks. */
	peakLuma: number | null;
}

/** What an active test found, and when. */
export interface Tested extends Finding {
	at: string;
}

/** Of the machine; null: it cannot be measured here. */
export interface MachineFacts {
	temperatureC: number | null;
	/** The clock follows a time server. */
	clockSynchronised: boolean | null;
}

/** Everything the checks look at, of one moment. */
export interface Facts {
	state: Readonly<State>;
	onAir: boolean;
	movement: (source: string) => Movement | null;
	/** Since a strip last had sound, ms; null: not since `listeningMs` ago, when listening began. */
	heardMs: (strip: string) => number | null;
	listeningMs: number;
	/** After this long without sound a strip counts as silent. */
	quietMs: number;
	tested: (id: string) => Tested | null;
	certificates: Certificates;
	machine: MachineFacts;
	now: Date;
}
