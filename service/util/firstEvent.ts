import type { EventEmitter } from 'node:events';

export interface Emitted {
	name: string;
	data: unknown[];
}

/** The first of these events, or null when none comes within `timeoutMs`. */
export function firstEvent(
	emitter: Pick<EventEmitter, 'on' | 'off'>,
	names: string[],
	timeoutMs: number,
): Promise<Emitted | null> {
	return new Promise((resolve) => {
		const listeners = names.map((name) => ({ name, listener: (...data: unknown[]) => done({ name, data }) }));
		const done = (event: Emitted | null): void => {
			clearTimeout(timer);
			for (const { name, listener } of listeners) emitter.off(name, listener);
			resolve(event);
		};
		const timer = setTimeout(() => done(null), Math.max(0, timeoutMs));
		for (const { name, listener } of listeners) emitter.on(name, listener);
	});
}
