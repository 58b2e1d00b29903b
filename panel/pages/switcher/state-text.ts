import type { Source } from '../../../service/contract/sources.js';

/** What a tile says in place of a picture, or over it; null while frames advance. */
export function stateText({ state, lastError, held, onLoss }: Source): string | null {
	switch (state) {
		case 'live':
			return null;
		case 'starting':
			return 'Starting…';
		case 'no-signal':
			return held && onLoss === 'hold' ? 'No signal: the last picture is held' : 'No signal';
		case 'off':
			return 'Off';
		case 'fault':
			return lastError ? `Fault: ${lastError}` : 'Fault, restarting…';
	}
}
