import type { ReactiveControllerHost } from '@lit/reactive-element';
import type { Applied } from '../../../service/contract/buses.js';
import { isSourceScene } from '../../../service/contract/layouts.js';
import type { Scene } from '../../../service/contract/scenes.js';
import type { Source } from '../../../service/contract/sources.js';
import type { Commands } from '../../data/commands.js';
import type { Show } from '../../data/show.js';

/** Two taps on a tile within this time are a double tap: straight to program. */
const doubleTapMs = 350;

/** The previous tap, in case the next one makes it a double tap. */
interface Tap {
	source: string;
	at: number;
	/** Preview before the tap. */
	before: string | null;
	answer: Promise<Applied | null>;
}

/**
 * The selection for the next tap: a box waiting for a source, or a source waiting for a box. Changes of preview by others keep
 * it; a change by this page clears it.
 */
export class Selection {
	slot: number | null = null;
	source: string | null = null;
	/** The layout whose box is chosen. */
	#scene: string | null = null;
	#lastTap: Tap | null = null;

	constructor(
		private readonly host: ReactiveControllerHost,
		private readonly show: Show,
		private readonly commands: Commands,
	) {
		commands.onPreview = () => this.cancel();
	}

	/** The layout in preview whose boxes can be filled; null if preview shows a single source. */
	get scene(): Scene | null {
		const { state } = this.show;
		const id = state?.buses.preview ?? null;
		return id === null || isSourceScene(id) ? null : (state?.scenes[id] ?? null);
	}

	/** The layout that the next source goes into. */
	get target(): Scene | null {
		return this.slot === null ? this.scene : (this.show.state?.scenes[this.#scene ?? ''] ?? null);
	}

	/** Drops a selection that no longer exists. */
	follow(): void {
		const { state } = this.show;
		if (this.slot !== null && !this.target?.layers[this.slot]) this.slot = null;
		if (this.source !== null && !state?.sources[this.source]) this.source = null;
	}

	tapSlot(slot: number): void {
		const { scene } = this;
		if (!scene) return;
		if (this.source !== null) this.#assign(scene, slot, this.source);
		else {
			this.slot = this.slot === slot && this.#scene === scene.id ? null : slot;
			this.#scene = scene.id;
		}
		this.host.requestUpdate();
	}

	tapTile({ id }: Source): void {
		if (this.#fill(id)) return;
		const now = performance.now();
		const tap = this.#lastTap;
		this.#lastTap = null;
		if (tap?.source === id && now - tap.at < doubleTapMs) {
			void this.commands.hotCut(id, tap.before, tap.answer);
			return;
		}
		const before = this.show.state?.buses.preview ?? null;
		this.#lastTap = { source: id, at: now, before, answer: this.commands.previewSource(id) };
	}

	/** A number key: into the chosen box, otherwise to preview. A second press does the same again, so it is never a double tap. */
	press({ id }: Source): void {
		if (!this.#fill(id)) void this.commands.previewSource(id);
	}

	/** Picks the source for the next box tapped. */
	pick(source: string): void {
		this.source = this.source === source ? null : source;
		this.slot = null;
		this.host.requestUpdate();
	}

	/** A source was dropped on a box, or on the preview itself. */
	drop(target: Element, source: string): void {
		const slot = target.closest<HTMLElement>('[data-slot]')?.dataset.slot;
		const { scene } = this;
		if (slot !== undefined && scene) this.#assign(scene, Number(slot), source);
		else if (target.closest('[data-drop="preview"]')) void this.commands.previewSource(source);
		this.host.requestUpdate();
	}

	clear(): void {
		this.#fill(null);
	}

	cancel(): void {
		this.slot = this.source = null;
		this.host.requestUpdate();
	}

	/** False when no box is chosen. */
	#fill(source: string | null): boolean {
		const { slot, target } = this;
		if (slot === null || target === null) return false;
		this.#assign(target, slot, source);
		this.host.requestUpdate();
		return true;
	}

	#assign(scene: Scene, slot: number, source: string | null): void {
		this.slot = this.source = null;
		void this.commands.assign(scene, slot, source);
	}
}
