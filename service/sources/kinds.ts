import type { Source, SourceCreate, SourcePatch } from '../contract/sources.js';

/** What one kind of source does beside what all sources do. Each kind is one file or folder in `kinds/`. */
export interface SourceKind<Own extends Source = Source> {
	readonly kind: Own['kind'];
	/** Fields of a patch that only sources of this kind have. */
	readonly ownFields?: readonly (keyof SourcePatch)[];
	/** Before anything of a patch counts: throws what cannot be. */
	check?(source: Own, patch: SourcePatch): Promise<void>;
	/** Carries out what of a patch is this kind's own. `source` is as it is now. */
	patched?(source: Own, patch: SourcePatch): Promise<void> | void;
	/** Makes one. Throws conflict, no-slot. */
	create?(create: SourceCreate): Promise<Source>;
	/** Takes one away for good, and gives back how it comes again. Without it, such a source is removed where its noun lives. */
	remove?(source: Own): Promise<() => Promise<void>>;
	/** Those that were there when the service ended. */
	restore(): void;
	start?(): void;
	stop?(): void;
}

/** What others ask about a source of a kind, without its life. */
export interface KindFacts<Own extends Source = Source> {
	/** What helps when nothing comes from it. */
	advice: string;
	/** UDP ports that the firewall opens for its senders. */
	openPorts?(source: Own): number[];
}
