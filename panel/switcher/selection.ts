import type { ReactiveControllerHost } from '@lit/reactive-element';
import type { Scene, Source } from '../../service/api/schema.js';
import type { Show } from '../api/show.js';
import type { Commands } from './commands.js';
import { isSourceScene } from './scenes.js';

/** Two taps on the same tile within this are one double tap: straight to program. */
const doubleTapMs = 350;

/** What is picked for the next tap: a slot waiting for a source, or a source waiting for a slot. */
export class Selection {
	slot: number | null = null;
	source: string | null = null;
	#scene: string | null = null;
	#lastTap = { source: '', at: 0 };

	constructor(
		private readonly host: ReactiveControllerHost,
		private readonly show: Show,
		private readonly commands: Commands,
	) {}

	/** The layout in preview whose slots can be filled; null while preview shows a single source. */
	get scene(): Scene | null {
		const { state } = this.show;
		const id = state?.buses.preview ?? null;
		return id === null || isSourceScene(id) ? null : (state?.scenes[id] ?? null);
	}

	/** A selection belongs to the scene it was made in. */
	follow(): void {
		const scene = this.scene?.id ?? null;
		if (scene !== this.#scene) this.slot = this.source = null;
		this.#scene = scene;
	}

	tapSlot(slot: number): void {
		if (this.source !== null) this.#assign(slot, this.source);
		else this.slot = this.slot === slot ? null : slot;
		this.host.requestUpdate();
	}

	tapTile(source: Source): void {
		if (this.slot !== null) {
			this.#assign(this.slot, source.id);
			this.host.requestUpdate();
			return;
		}
		const now = performance.now();
		const twice = this.#lastTap.source === source.id && now - this.#lastTap.at < doubleTapMs;
		this.#lastTap = { source: twice ? '' : source.id, at: now };
		void (twice ? this.commands.cutToSource(source.id) : this.commands.previewSource(source.id));
	}

	/** Picks the source for the slot that is tapped next. */
	pick(source: string): void {
		this.source = this.source === source ? null : source;
		this.slot = null;
		this.host.requestUpdate();
	}

	/** A source was dropped on an element: a slot of the preview, or the preview itself. */
	drop(target: Element, source: string): void {
		const slot = target.closest<HTMLElement>('[data-slot]')?.dataset.slot;
		if (slot !== undefined) this.#assign(Number(slot), source);
		else if (target.closest('[data-drop="preview"]')) void this.commands.previewSource(source);
		this.host.requestUpdate();
	}

	empty(): void {
		if (this.slot !== null) this.#assign(this.slot, null);
		this.host.requestUpdate();
	}

	cancel(): void {
		this.slot = this.source = null;
		this.host.requestUpdate();
	}

	#assign(slot: number, source: string | null): void {
		const { scene } = this;
		this.slot = this.source = null;
		if (scene) void this.commands.assign(scene, slot, source);
	}
}
