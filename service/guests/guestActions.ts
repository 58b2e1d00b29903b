import type { Guest, GuestPatch } from '../contract/guests.js';
import { kindTraits } from '../contract/sourceKinds.js';
import type { Removals } from '../sources/removals.js';
import { type SceneSeat, settingsOf } from '../sources/sourceActions.js';
import type { Sources } from '../sources/sources.js';
import type { WaitingInputs } from '../sources/waiting.js';
import type { LiveState } from '../state/state.js';
import type { Store } from '../store/store.js';
import { StudioError } from '../util/errors.js';
import type { Conversations } from './conversations.js';
import type { Guests } from './guests.js';

export interface GuestActionsOptions {
	state: LiveState;
	store: Store;
	guests: Guests;
	sources: Sources;
	scenes: SceneSeat;
	/** The program without a guest's own voice, for each guest. */
	returns: { open(guest: string): void; close(guest: string): void };
	conversations: Conversations;
	removals: Removals;
	waiting: WaitingInputs;
}

/** What operators do with guests. */
export class GuestActions {
	#restored = false;

	constructor(private readonly o: GuestActionsOptions) {}

	/** Guests without an input of the mixer get one as soon as it is free. */
	restore(): void {
		const { store, guests, waiting } = this.o;
		for (const guest of store.guests.list())
			waiting.admit(guest.id, guest.name, () => {
				guests.restore(guest);
				if (this.#restored) this.#came(guest.id);
			});
		this.#restored = true;
	}

	/** Throws `no-slot` when the mixer is full. */
	create(name: string): Guest {
		const guest = this.o.guests.create(name);
		this.o.store.guests.put(guest);
		this.#came(guest.id);
		return guest;
	}

	patch(id: string, { name, maxKbps }: GuestPatch): Guest {
		const { guests, store, scenes } = this.o;
		if (maxKbps !== undefined) guests.cap(id, maxKbps);
		if (name === undefined) return guests.get(id);
		const guest = guests.rename(id, name);
		store.guests.put(guest);
		scenes.addSource(id);
		return guest;
	}

	/** As `SourceActions.remove`. */
	async remove(id: string, replacement?: string): Promise<void> {
		const { guests, sources, scenes, store, returns, conversations, removals, waiting } = this.o;
		// A copy: the state keeps changing.
		const guest = structuredClone(guests.get(id));
		const source = structuredClone(sources.get(id));
		const putBack = await scenes.takeOut(id, replacement);
		store.guests.remove(id);
		returns.close(id);
		await guests.remove(id);
		conversations.forget(id);
		waiting.retry();
		removals.add(
			{ id, label: guest.name, kind: 'guest' },
			{
				restore: async () => {
					guests.bringBack(guest);
					store.guests.put(guest);
					store.tokens.restoreOfGuest(id);
					sources.patch(id, settingsOf(source));
					returns.open(id);
					await putBack();
				},
				forget: () => store.tokens.forgetOfGuest(id),
			},
		);
	}

	/** Undoes a recent removal. Throws `not-found` when it is too late. */
	async undoRemoval(id: string): Promise<Guest> {
		const { state, removals, guests } = this.o;
		const removed = state.current.removed[id];
		if (!removed || !kindTraits[removed.kind].person)
			throw new StudioError('not-found', `nothing to undo: no guest ${id} was removed in the last few seconds`);
		await removals.restore(id);
		return guests.get(id);
	}

	#came(id: string): void {
		this.o.scenes.addSource(id);
		this.o.returns.open(id);
	}
}
