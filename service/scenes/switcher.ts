import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import { type Canvas, frameMs, gridFrameAfter } from '../../pipelines/canvas.js';
import { type Strip, type StripPatch, stripPatchSchema } from '../contract/audio.js';
import type { Applied, Buses, Take } from '../contract/buses.js';
import { builtInScenes, isSourceScene, layoutIds, sourceScene } from '../contract/layouts.js';
import type { Layer, LayerPatch, Scene, SceneContent, ScenePut } from '../contract/scenes.js';
import type { System } from '../contract/system.js';
import { sourcesOf, tallyOf } from '../contract/tally.js';
import type { AppliedFrame, AudioMix, MixerControl, Transition } from '../mixer/mixerControl.js';
import { linear, type MixLayer, mixLayers, slotGains } from '../show/mix.js';
import { multiviewLayers, multiviewMap } from '../show/multiview.js';
import { SceneVersions } from '../show/sceneVersions.js';
import { cleared, insteadOf, type Replacement, without } from '../show/without.js';
import type { Sources } from '../sources/sources.js';
import type { LiveState } from '../state/state.js';
import type { Store } from '../store/store.js';
import { StudioError } from '../util/errors.js';
import { checkRoom } from '../util/limits.js';
import { SerialQueue } from '../util/serialQueue.js';

/** Ramp of faders and mutes: no click, no lag. */
const FADER_RAMP_MS = 20;
const defaultStrip: Strip = { gainDb: 0, mute: false, pan: 0, mode: 'afv', delayMs: 0 };

export interface SwitcherOptions {
	canvas: Canvas;
	state: LiveState;
	store: Store;
	sources: Sources;
	program: MixerControl;
	multiview: MixerControl;
}

/** Scenes, the two buses and the sound: decides what the mixers show, and keeps it over a restart. */
export class Switcher {
	/** One change at a time: each answer names its own frame. */
	#queue = new SerialQueue();
	#versions = new SceneVersions();
	readonly #publishMap: (map: System['multiview']) => void;

	constructor(private readonly o: SwitcherOptions) {
		this.#publishMap = o.state.own('multiview');
		o.program.host.on('event', ({ factory, event, data }) => {
			if (factory === 'r58mixer' && event === 'transition-end') this.#onTransitionEnd(data.frame);
		});
	}

	/** Restores scenes, buses and strips, or starts a new show. */
	restore(): void {
		const { state, store } = this.o;
		const stored = new Map(store.scenes.list().map((scene) => [scene.id, scene]));
		for (const scene of builtInScenes(Object.keys(state.current.sources))) this.#publishScene(stored.get(scene.id) ?? scene);
		for (const scene of stored.values()) if (!layoutIds.includes(scene.id)) this.#publishScene(scene);
		for (const source of Object.values(state.current.sources)) this.#publishScene(sourceScene(source));

		const strips = store.settings.record('strips', stripPatchSchema);
		state.audio.put('master', { ...defaultStrip, mode: 'on', ...strips.master });
		for (const id of Object.keys(state.current.sources)) state.audio.put(id, { ...defaultStrip, ...strips[id] });

		const buses = store.settings.get('buses', z.object({ preview: z.string().nullable(), program: z.string().nullable() }));
		const known = (id: string | null | undefined) => (id && Object.hasOwn(state.current.scenes, id) ? id : null);
		state.patchBuses({
			program: known(buses?.program) ?? 'full',
			preview: known(buses?.preview) ?? known(Object.keys(state.current.scenes).find(isSourceScene)),
			transition: null,
		} satisfies Buses);
		this.o.program.prepare(this.#programLayers(), this.#audioMix());
		this.refreshMultiview();
	}

	/** Adds scene, strip and tile of a new or renamed source. */
	addSource(id: string): void {
		const source = this.o.sources.get(id);
		this.#publishScene(sourceScene(source));
		if (!this.o.state.current.audio[id]) this.o.state.audio.put(id, defaultStrip);
		this.o.program.setAudio(this.#audioMix(), FADER_RAMP_MS);
		this.refreshMultiview();
	}

	/** Takes a source off program: the rest stays, or another live source replaces it. */
	without(source: string): Promise<Applied> {
		return this.#queue.run(async () => {
			if (!this.#isOnAir(source)) throw new StudioError('conflict', `${source} is not on air`);
			return this.#cutTo(this.#replacementOf(source));
		});
	}

	/**
	 * Before a source is removed: takes it off program, to `replacement` or to what `without` shows, then out of every scene. The
	 * returned function puts it back into the scenes once the source is back; the program stays as it is.
	 */
	takeOut(source: string, replacement?: string): Promise<() => Promise<void>> {
		return this.#queue.run(async () => {
			const { state } = this.o;
			const own = sourceScene(this.o.sources.get(source)).id;
			if (replacement !== undefined) this.#scene(replacement);
			const { buses, scenes, audio } = state.current;
			const strip = audio[source];
			const onAir = this.#isOnAir(source);
			const next = replacement === undefined || replacement === own ? this.#replacementOf(source) : { id: replacement };
			const changed = Object.values(scenes).filter(
				({ id, layers }) => id !== own && layers.some((layer) => layer.source === source),
			);
			const emptied = changed.map((scene) => this.#keepScene({ ...scene, layers: cleared(source, scene.layers) }).version);
			if (onAir) await this.#leaveAir(next);
			const preview = buses.preview === own ? this.#previewInsteadOf(source) : state.current.buses.preview;
			this.#setBuses({ preview });
			this.#dropScene(own);
			state.audio.remove(source);
			this.#saveStrips();
			this.refreshMultiview();
			return async () => {
				this.addSource(source);
				if (strip) this.patchStrip(source, strip);
				// Later changes by others stay.
				for (const [index, scene] of changed.entries())
					if (state.current.scenes[scene.id]?.version === emptied[index]) this.#keepScene(scene);
				if (buses.preview === own && state.current.buses.preview === preview) this.#setBuses({ preview: own });
				if (this.o.program.host.ready) await this.#show({ kind: 'cut', frames: 0 });
				this.refreshMultiview();
			};
		});
	}

	#isOnAir(source: string): boolean {
		return tallyOf(source, this.o.state.current) === 'program';
	}

	#replacementOf(source: string): Replacement {
		const { buses, scenes, sources } = this.o.state.current;
		const program = scenes[buses.program ?? ''];
		const full = { id: 'full', layers: cleared(source, scenes.full?.layers ?? []) };
		if (!program) return full;
		// Otherwise it is only in the scene that a running transition leaves.
		return sourcesOf(program).has(source) ? (without(source, program, { scenes, sources }) ?? full) : { id: program.id };
	}

	#previewInsteadOf(source: string): string | null {
		const { buses, scenes, sources } = this.o.state.current;
		return insteadOf(source, scenes[buses.program ?? ''] ?? null, { sources });
	}

	#cutTo({ id, layers }: Replacement): Promise<Applied> {
		if (layers) this.#keepScene({ ...this.#scene(id), layers });
		return this.#change({ program: id }, { kind: 'cut', frames: 0 }, 0);
	}

	/** Also while the mixer is down: it shows the replacement when it is back. */
	async #leaveAir(next: Replacement): Promise<void> {
		try {
			await this.#cutTo(next);
		} catch {
			this.#setBuses({ program: next.id, transition: null });
			this.o.program.prepare(this.#programLayers(), this.#audioMix());
		}
	}

	async putScene(id: string, { version, ...put }: ScenePut): Promise<Scene> {
		if (put.id !== undefined && put.id !== id)
			throw new StudioError('invalid', `id: the path says ${id}, the body says ${put.id}`);
		const known = this.o.state.current.scenes[id];
		if (version !== undefined && version !== known?.version)
			throw new StudioError('conflict', `${id} was changed meanwhile; the current version is in detail`, known);
		for (const [index, { source }] of put.layers.entries()) this.#checkSource(`layers.${index}.source`, source);
		return this.#saveScene({ id, label: put.label ?? known?.label ?? id, layers: put.layers });
	}

	async patchLayer(id: string, index: number, { version, ...patch }: LayerPatch): Promise<Scene> {
		const scene = this.#scene(id);
		const layer = scene.layers[index];
		if (!layer) throw new StudioError('not-found', `scene ${id} has no layer ${index}: it has ${scene.layers.length}`);
		if (version !== undefined && !this.#versions.saw(scene, index, version))
			throw new StudioError(
				'conflict',
				`box ${index + 1} of “${scene.label}” was changed meanwhile; check it and choose again`,
				scene,
			);
		this.#checkSource('source', patch.source);
		return this.#saveScene({ id, label: scene.label, layers: scene.layers.with(index, { ...layer, ...patch }) });
	}

	async #saveScene(content: SceneContent): Promise<Scene> {
		const { id } = content;
		const { scenes } = this.o.state.current;
		if (!Object.hasOwn(scenes, id)) checkRoom('scenes', Object.keys(scenes).filter((id) => !isSourceScene(id)).length);
		if (isSourceScene(id))
			throw new StudioError('conflict', `${id} belongs to its source and cannot be edited; save it under another name`);
		const scene = this.#keepScene(content);
		if (this.o.state.current.buses.program === id) await this.#show({ kind: 'cut', frames: 0 });
		this.refreshMultiview();
		return scene;
	}

	#checkSource(field: string, source: Layer['source'] | undefined): void {
		if (source && source !== 'black' && !this.o.state.current.sources[source])
			throw new StudioError('invalid', `${field}: there is no source ${source}`);
	}

	deleteScene(id: string): void {
		this.#scene(id);
		if (layoutIds.includes(id) || isSourceScene(id)) throw new StudioError('conflict', `${id} is built in and cannot be deleted`);
		if (this.#onBus(id))
			throw new StudioError(
				'conflict',
				`${id} is on ${this.o.state.current.buses.program === id ? 'program' : 'preview'}; put another scene there first`,
			);
		this.o.store.scenes.remove(id);
		this.#dropScene(id);
	}

	setPreview(id: string): Promise<Applied> {
		return this.#queue.run(async () => {
			this.#scene(id);
			this.#setBuses({ preview: id });
			this.refreshMultiview();
			// The program does not change: the next frame is where the new preview applies.
			return this.#applied(gridFrameAfter(process.hrtime.bigint(), this.o.canvas));
		});
	}

	cut(id: string): Promise<Applied> {
		return this.#queue.run(async () => {
			this.#scene(id);
			return this.#change({ program: id }, { kind: 'cut', frames: 0 }, 0);
		});
	}

	take({ kind, durationMs }: Take): Promise<Applied> {
		return this.#queue.run(async () => {
			const { preview, program } = this.o.state.current.buses;
			if (preview === null) throw new StudioError('conflict', 'nothing is on preview; choose a scene first');
			const frames = kind === 'cut' ? 0 : Math.max(1, Math.round(durationMs / frameMs(this.o.canvas)));
			return this.#change({ program: preview, preview: program }, { kind: frames === 0 ? 'cut' : kind, frames }, durationMs);
		});
	}

	patchStrip(id: string, patch: StripPatch): Strip {
		const strip = this.o.state.current.audio[id];
		if (!strip) throw new StudioError('not-found', `there is no audio strip ${id}`);
		if (id === 'master' && patch.mode !== undefined) throw new StudioError('invalid', 'mode: the master strip has no mode');
		const next = { ...strip, ...patch };
		this.o.state.audio.put(id, next);
		this.#saveStrips();
		this.o.program.setAudio(this.#audioMix(), FADER_RAMP_MS);
		return next;
	}

	/** Whether black or silence on program is intended. */
	get chosen(): { black: boolean; silent: boolean } {
		const { gains, master } = this.#audioMix();
		return {
			black: this.#programLayers().every(({ slot, alpha = 1 }) => slot < 0 || alpha === 0),
			silent: master === 0 || gains.every((gain) => gain === 0),
		};
	}

	refreshMultiview(): void {
		const { state, sources, multiview } = this.o;
		const { sources: all, scenes, buses } = state.current;
		this.#publishMap(multiviewMap(all));
		const layers = multiviewLayers(all, buses.preview === null ? undefined : scenes[buses.preview], sources.slots.slotOf);
		if (!multiview.host.ready) multiview.prepare(layers);
		else
			multiview.show(layers, { kind: 'cut', frames: 0 }).catch(() => {
				// The multiview went down; it gets its layers again when it is back.
			});
	}

	/** Shows another program scene, then publishes it: the state never runs ahead of the picture. */
	async #change(buses: Partial<Buses> & { program: string }, transition: Transition, durationMs: number): Promise<Applied> {
		const frame = await this.#show(transition, buses.program);
		this.#setBuses({
			...buses,
			transition:
				transition.frames > 0
					? { kind: transition.kind, durationMs, frames: transition.frames, startFrame: frame.frame, endFrame: frame.endFrame }
					: null,
		});
		this.refreshMultiview();
		return this.#applied(frame);
	}

	async #show(transition: Transition, scene = this.o.state.current.buses.program): Promise<AppliedFrame> {
		const { program } = this.o;
		try {
			return await program.show(this.#programLayers(scene), transition, this.#audioMix(scene));
		} catch (error) {
			program.prepare(this.#programLayers(), this.#audioMix());
			throw error;
		}
	}

	#programLayers(id = this.o.state.current.buses.program): MixLayer[] {
		const { sources, scenes } = this.o.state.current;
		const scene = id === null ? undefined : scenes[id];
		return scene ? mixLayers(scene, sources, this.o.sources.slots.slotOf) : [];
	}

	#audioMix(program = this.o.state.current.buses.program): AudioMix {
		const { audio, scenes } = this.o.state.current;
		const { slots } = this.o.sources;
		const { master, ...strips } = audio;
		const perSlot = (value: (strip: Strip) => number) =>
			Array.from({ length: slots.total }, (_, slot) => value(strips[slots.sourceOf(slot) ?? ''] ?? defaultStrip));
		return {
			gains: slotGains(strips, program === null ? undefined : scenes[program], slots.slotOf, slots.total),
			master: master && !master.mute ? linear(master.gainDb) : 0,
			pans: perSlot((strip) => strip.pan),
			delaysMs: perSlot((strip) => strip.delayMs),
		};
	}

	#setBuses(buses: Partial<Buses>): void {
		const { state, store } = this.o;
		state.patchBuses({ ...state.current.buses, ...buses });
		const { preview, program } = state.current.buses;
		store.settings.set('buses', { preview, program });
	}

	#onTransitionEnd(frame: number): void {
		const { transition } = this.o.state.current.buses;
		if (transition && frame >= transition.endFrame) this.o.state.patchBuses({ transition: null });
	}

	#applied({ frame, ptsNs }: Pick<AppliedFrame, 'frame' | 'ptsNs'>): Applied {
		const { preview, program, transition } = this.o.state.current.buses;
		return { preview, program, transition, frame, ptsNs };
	}

	#scene(id: string): Scene {
		const scene = this.o.state.current.scenes[id];
		if (!scene) throw new StudioError('not-found', `there is no scene ${id}`);
		return scene;
	}

	#onBus(id: string): boolean {
		const { preview, program } = this.o.state.current.buses;
		return preview === id || program === id;
	}

	#publishScene({ id, label, layers }: SceneContent): Scene {
		const before = this.o.state.current.scenes[id];
		if (before && before.label === label && isDeepStrictEqual(before.layers, layers)) return before;
		const scene = { id, label, layers, version: this.#versions.next({ id, label, layers }, before) };
		this.o.state.scenes.put(id, scene);
		return scene;
	}

	#keepScene({ id, label, layers }: SceneContent): Scene {
		this.o.store.scenes.put({ id, label, layers });
		return this.#publishScene({ id, label, layers });
	}

	#dropScene(id: string): void {
		this.#versions.forget(id);
		this.o.state.scenes.remove(id);
	}

	#saveStrips(): void {
		this.o.store.settings.set('strips', this.o.state.current.audio);
	}
}
