import type { Source, SourceCreate, SourcePatch } from '../contract/sources.js';

/** What one kind of source does beside what all sources do. Each kind is one file in `kinds/`. */
export interface SourceKind {
	readonly kind: Source['kind'];
	/** Before anything of a patch counts: throws what this kind cannot do, also with a source of another kind. */
	check?(source: Source, patch: SourcePatch): Promise<void>;
	/** What of a patch is this kind's own. `source` is as it is now. */
	patched?(source: Source, patch: SourcePatch): Promise<void> | void;
	/** Makes one. Throws conflict, no-slot. */
	create?(create: SourceCreate): Promise<Source>;
	/** Takes one away for good, and gives back how it comes again. Without it, such a source is removed where its noun lives. */
	remove?(source: Source): Promise<() => Promise<void>>;
	/** Those that were there when the service ended. */
	restore?(): void;
	start?(): void;
	stop?(): void;
}
