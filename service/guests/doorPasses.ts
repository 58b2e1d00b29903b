import { randomBytes } from 'node:crypto';
import type { DeviceKey } from '../store/deviceKey.js';

const dayMs = 86_400_000;
const passDays = 30;
const form = /^door-pass (\w{8}) (\d{1,16})$/;

/**
 * Kept by a browser that was let in: the next time it knocks, a place to wait in is reserved for it. It opens nothing. Sealed by
 * the device, so that none has to be stored here.
 */
export class DoorPasses {
	constructor(private readonly key: Pick<DeviceKey, 'seal' | 'open'>) {}

	/** The given pass extended, or a new one. */
	make(id: string | null, now: number): string {
		return this.key.seal(`door-pass ${id ?? randomBytes(4).toString('hex')} ${now + passDays * dayMs}`);
	}

	/** Null when this device did not make it, or it has expired. */
	idOf(pass: string, now: number): string | null {
		const [, id = null, endsAt] = form.exec(this.key.open(pass) ?? '') ?? [];
		return Number(endsAt) > now ? id : null;
	}
}
