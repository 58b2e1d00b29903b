import { tallyOf } from '../contract/tally.js';
import type { Watch } from '../showLog/watch.js';

const guests: Watch = {
	kind: 'guest',
	parts: ['guests'],
	noun: 'seats',
	read: ({ guests }) => Object.values(guests).map(({ id, state }) => [id, state === 'connecting' ? null : state]),
	tell: ({ subject, before, now, state: { guests } }) => {
		const name = guests[subject]?.name ?? subject;
		if (now === 'connected') return { event: 'joined', text: before === 'lost' ? `${name} is back` : `${name} joined` };
		if (now === 'lost') return { event: 'lost', text: `${name} was lost: ${guests[subject]?.lastError ?? 'reason unknown'}` };
		return before === 'connected' ? { event: 'left', text: `${name} left` } : null;
	},
};

const guestsOnAir: Watch = {
	kind: 'guest',
	parts: ['guests', 'buses', 'scenes'],
	noun: 'tally',
	afterTake: true,
	read: (state) =>
		Object.values(state.guests).map(({ id, state: seat }) => [
			id,
			seat === 'connected' && tallyOf(id, state) === 'program' ? 'on-air' : 'off-air',
		]),
	tell: ({ subject, before, now, state: { guests } }) => {
		const name = guests[subject]?.name;
		if (now === 'on-air') return { event: 'on-air', text: `${name} is on air` };
		return before === 'on-air' && now === 'off-air' ? { event: 'off-air', text: `${name} is off air` } : null;
	},
};

export const watches: readonly Watch[] = [guests, guestsOnAir];
