import type { Source, SourceCreate, SourcePatch } from '../contract/sources.js';

/** What one kind of source adds to what all sources do. Each kind is one file or folder in `kinds/`. */
export interface SourceKind<Own extends Source = Source> {
	readonly kind: Own['kind'];
	/** Fields of a patch that only sources of this kind have. */
	readonly ownFields?: readonly (keyof SourcePatch)[];
	/** Before a patch takes effect: throws when it cannot. */
	check?(source: Own, patch: SourcePatch): Promise<void>;
	/** Carries out this kind's part of a patch. `source` is the current state. */
	patched?(source: Own, patch: SourcePatch): Promise<void> | void;
	/** Makes one. Throws conflict, no-slot. */
	create?(create: SourceCreate): Promise<Source>;
	/** Removes one; the returned function brings it back. Absent: such a source is removed where its noun lives. */
	remove?(source: Own): Promise<() => Promise<void>>;
	/** Restores those that existed when the service ended. */
	restore(): void;
	start?(): void;
	stop?(): void;
}

/** What others need to know about a kind of source, without its life. */
export interface KindFacts<Own extends Source = Source> {
	/** What helps when nothing comes from it. */
	advice: string;
	/** UDP ports that the firewall opens for its senders. */
	openPorts?(source: Own): number[];
}
