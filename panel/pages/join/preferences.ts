/** What this browser remembers about its guest. In private mode nothing is kept, and the page asks again. */
type Key = 'camera' | 'microphone' | 'speaker' | 'mirror' | 'size' | 'bitrate' | 'volume' | Processing;

export const processings = ['echoCancellation', 'noiseSuppression', 'autoGainControl'] as const;
export type Processing = (typeof processings)[number];
export const sizes = [360, 720, 1080] as const;
export type Size = (typeof sizes)[number];

const seatKey = 'r58.seat';

export function remembered(key: Key): string | null {
	try {
		return localStorage.getItem(`r58.${key}`);
	} catch {
		return null;
	}
}

export function remember(key: Key, value: string): void {
	try {
		localStorage.setItem(`r58.${key}`, value);
	} catch {
		// Applies to this visit only.
	}
}

/** On unless it was turned off here. */
export function isOn(key: Processing | 'mirror'): boolean {
	return remembered(key) !== 'off';
}

export function rememberedSize(): Size {
	return sizes.find((size) => String(size) === remembered('size')) ?? 720;
}

/** kbit/s; null = automatic. */
export function rememberedBitrate(): number | null {
	const kbps = Number(remembered('bitrate'));
	return kbps > 0 ? kbps : null;
}

/** 0–1. */
export function rememberedVolume(): number {
	const volume = remembered('volume');
	const value = Number(volume);
	return volume !== null && value >= 0 && value <= 1 ? value : 1;
}

/** The seat of this tab, so that a reload changes nothing, not even a mute. */
export interface Seat {
	guest: string;
	muted: boolean;
	cameraOff: boolean;
}

/** Null once the guest has left on purpose. */
export function keptSeat(): Seat | null {
	try {
		return JSON.parse(sessionStorage.getItem(seatKey) ?? 'null') as Seat | null;
	} catch {
		return null;
	}
}

export function keepSeat(seat: Seat | null): void {
	try {
		if (seat === null) sessionStorage.removeItem(seatKey);
		else sessionStorage.setItem(seatKey, JSON.stringify(seat));
	} catch {
		// After a reload the guest presses Join again.
	}
}

const admittedKey = 'r58.admitted';

/** This tab was admitted at the door, so it joins without another press. */
export function keepAdmitted(): void {
	try {
		sessionStorage.setItem(admittedKey, '1');
	} catch {
		// The guest presses Join.
	}
}

const passKey = 'r58.pass';

/** Proof of having been admitted: reserves a waiting place next time, however many knock. */
export function keepPass(pass: string): void {
	try {
		localStorage.setItem(passKey, pass);
	} catch {
		// The guest waits among strangers next time.
	}
}

export function keptPass(): { pass?: string } {
	try {
		const pass = localStorage.getItem(passKey);
		return pass === null ? {} : { pass };
	} catch {
		return {};
	}
}

/** True once. */
export function takeAdmitted(): boolean {
	try {
		const admitted = sessionStorage.getItem(admittedKey) !== null;
		sessionStorage.removeItem(admittedKey);
		return admitted;
	} catch {
		return false;
	}
}
