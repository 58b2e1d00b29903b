import type { Source } from '../../../service/contract/sources.js';
import { t } from '../../texts/texts.js';

/** Text on a tile instead of or over the picture; null while frames arrive. */
export function stateText({ state, lastError, held, onLoss }: Source): string | null {
	switch (state) {
		case 'live':
			return null;
		case 'starting':
			return t.words.states.starting;
		case 'no-signal':
			return held && onLoss === 'hold' ? t.switcher.tile.held : t.words.states['no-signal'];
		case 'off':
			return t.words.states.off;
		case 'fault':
			return lastError ? t.switcher.tile.fault(lastError) : t.switcher.tile.restarting;
	}
}
