import { kindTraits, type SourceKindName } from '../contract/sourceKinds.js';
import type { Source, SourceCreate, SourcePatch } from '../contract/sources.js';
import type { LiveState } from '../state/state.js';
import { StudioError } from '../util/errors.js';
import type { SourceKind } from './kinds.js';
import type { Removals } from './removals.js';
import type { Sources } from './sources.js';
import type { WaitingInputs } from './waiting.js';

/** What the scenes do when a source comes, is renamed or goes. */
export interface SceneSeat {
	addSource(id: string): void;
	/** Takes it off air first, to the scene `replacement` if given; the returned function puts it back into its scenes. */
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
		const { sources, scenes } = this.o;
		const kind = this.#kindOf(sources.get(id));
		const common = this.#common(id, patch);
		await kind?.check?.(sources.get(id), patch);
		sources.patch(id, common);
		await kind?.patched?.(sources.get(id), patch);
		scenes.addSource(id);
		return sources.get(id);
	}

	/** Throws conflict when a port is taken, no-slot when the mixer is full. */
	async create(create: SourceCreate): Promise<Source> {
		const source = await this.#kindOf(create)!.create!(create);
		this.o.scenes.addSource(source.id);
		return source;
	}

	/** `replacement`: the scene to put on air first if the source is on air; otherwise the program goes on without the source. */
	async remove(id: string, replacement?: string): Promise<void> {
		const { sources, scenes, removals, waiting } = this.o;
		// A copy: the state keeps changing.
		const source = structuredClone(sources.get(id));
		const kind = this.#kindOf(source);
		if (!kind?.remove) {
			const removable = this.o.kinds.filter(({ remove }) => remove).map(({ kind }) => kind);
			throw new StudioError('conflict', `source ${id} cannot be removed; only sources of kind ${removable.join(', ')} can`);
		}
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

	/** Undoes a recent removal. Throws not-found when it is too late. */
	async undoRemoval(id: string): Promise<Source> {
		const { state, removals, sources } = this.o;
		const removed = state.current.removed[id];
		if (removed && kindTraits[removed.kind].person)
			throw new StudioError('conflict', `${id} is a guest: POST /api/guests/${id}/restore`);
		await removals.restore(id);
		return sources.get(id);
	}

	/** The part of a patch that all sources have. Throws conflict when the rest belongs to another kind. */
	#common(id: string, patch: SourcePatch): SourcePatch {
		const common = { ...patch };
		const own = this.#kindOf(this.o.sources.get(id));
		for (const kind of this.o.kinds)
			for (const field of kind.ownFields ?? []) {
				if (patch[field] !== undefined && kind !== own)
					throw new StudioError('conflict', `source ${id} is not of kind ${kind.kind}: it has no ${field}`);
				delete common[field];
			}
		return common;
	}

	#kindOf(of: { kind: SourceKindName }): SourceKind | undefined {
		return this.o.kinds.find(({ kind }) => kind === of.kind);
	}
}

/** What was chosen for a source and returns with it. */
export function settingsOf({ colour, crop, fit, onLoss, delayMs, delayAuto }: Source): SourcePatch {
	return { colour, crop, fit, onLoss, ...(delayAuto ? {} : { delayMs }) };
}
