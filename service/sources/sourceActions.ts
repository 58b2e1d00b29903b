import type { Source, SourceCreate, SourcePatch } from '../contract/sources.js';
import type { LiveState } from '../state/state.js';
import { StudioError } from '../util/errors.js';
import type { SourceKind } from './kinds.js';
import type { Removals } from './removals.js';
import type { Sources } from './sources.js';
import type { WaitingInputs } from './waiting.js';

/** What the scenes do for a source that comes, changes its name or goes. */
export interface SceneSeat {
	addSource(id: string): void;
	/** Off the air first, to the scene `replacement` when one is named; the returned function brings it back into its scenes. */
	takeOut(id: string, replacement?: string): Promise<() => Promise<void>>;
}

export interface SourceActionsOptions {
	state: LiveState;
	sources: Sources;
	kinds: readonly SourceKind[];
	scenes: SceneSeat;
	removals: Removals;
	waiting: WaitingInputs;
}

/** What operators ask of sources, whatever their kind. */
export class SourceActions {
	constructor(private readonly o: SourceActionsOptions) {}

	/** Throws `not-found`, `invalid`, and what the kind cannot do. */
	async patch(id: string, patch: SourcePatch): Promise<Source> {
		const { sources, kinds, scenes } = this.o;
		for (const kind of kinds) await kind.check?.(sources.get(id), patch);
		const { rtp: _, ...common } = patch;
		sources.patch(id, common);
		for (const kind of kinds) await kind.patched?.(sources.get(id), patch);
		scenes.addSource(id);
		return sources.get(id);
	}

	/** Throws conflict when a port is taken, no-slot when the mixer is full. */
	async create(create: SourceCreate): Promise<Source> {
		const source = await this.#kindOf(create.kind)!.create!(create);
		this.o.scenes.addSource(source.id);
		return source;
	}

	/** `replacement`: the scene that goes on air first when the source is on air; else the program goes on without it. */
	async remove(id: string, replacement?: string): Promise<void> {
		const { sources, scenes, removals, waiting } = this.o;
		// As it is now: the state goes on changing.
		const source = structuredClone(sources.get(id));
		const kind = this.#kindOf(source.kind);
		if (!kind?.remove)
			throw new StudioError('conflict', `source ${id} was not made by hand; only sources of kind rtp can be removed`);
		const putBack = await scenes.takeOut(id, replacement);
		const bringBack = await kind.remove(source);
		waiting.retry();
		removals.add(
			{ id, label: source.label, kind: source.kind },
			{
				restore: async () => {
					await bringBack();
					sources.patch(id, settingsOf(source));
					await putBack();
				},
				forget: () => undefined,
			},
		);
	}

	/** Undoes a removal of a moment ago. Throws not-found when it is too late. */
	async undoRemoval(id: string): Promise<Source> {
		const { state, removals, sources } = this.o;
		if (state.current.removed[id]?.kind === 'guest')
			throw new StudioError('conflict', `${id} is a guest: POST /api/guests/${id}/restore`);
		await removals.restore(id);
		return sources.get(id);
	}

	#kindOf(wanted: Source['kind']): SourceKind | undefined {
		return this.o.kinds.find(({ kind }) => kind === wanted);
	}
}

/** What was chosen for a source and goes with it when it comes back. */
export function settingsOf({ colour, crop, fit, onLoss, delayMs, delayAuto }: Source): SourcePatch {
	return { colour, crop, fit, onLoss, ...(delayAuto ? {} : { delayMs }) };
}
