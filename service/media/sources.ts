import { type Canvas, fpsOf, frameMs, linkAddress } from '../../pipelines/canvas.js';
import { testSource } from '../../pipelines/testSource.js';
import type { Source, SourcePatch } from '../api/schema.js';
import { StudioError } from '../errors.js';
import type { LiveState } from '../state.js';
import type { MixerControl } from './mixerControl.js';
import { Slots } from './slots.js';
import { SoundInputs } from './soundInputs.js';
import type { SupervisedHost } from './supervisedHost.js';
import type { Supervisor } from './supervisor.js';

export interface SourcesOptions {
	instance: string;
	canvas: Canvas;
	slots: number;
	state: LiveState;
	supervisor: Supervisor;
	/** Every mixer that reads the sources: program and multiview. */
	mixers: () => MixerControl[];
}

/** What a guest's jitter costs: the mixer shows it this much later, picture and sound alike. */
const GUEST_DELAY_MS = 60;

const demoInputs = [
	{ id: 'hdmi1', label: 'HDMI 1', colour: '#c83232', toneHz: 440 },
	{ id: 'hdmi2', label: 'HDMI 2', colour: '#32b432', toneHz: 550 },
	{ id: 'hdmi3', label: 'HDMI 3', colour: '#3250c8', toneHz: 660 },
	{ id: 'hdmi4', label: 'HDMI 4', colour: '#c8b432', toneHz: 880 },
];

/** The inputs of the mixer: who they are, where they sit, how they are. */
export class Sources {
	readonly slots: Slots;
	#hosts = new Map<string, SupervisedHost>();
	#running = false;
	readonly #sound: SoundInputs;

	constructor(private readonly o: SourcesOptions) {
		this.slots = new Slots(o.slots);
		this.#sound = new SoundInputs(o);
	}

	/** Four moving test pictures in place of the HDMI inputs. */
	addDemoInputs(): void {
		for (const { id, label, colour, toneHz } of demoInputs) {
			this.add({ id, kind: 'test', label, colour, delayMs: Math.ceil(frameMs(this.o.canvas)) });
			const { instance, canvas } = this.o;
			const host = this.o.supervisor.add({
				role: 'source',
				name: id,
				launch: () => testSource({ instance, id, canvas, colour, toneHz, label }),
				progress: (element, event, data) => (element === 'video' && event === 'stats' ? Number(data.buffers) : undefined),
			});
			host.on('down', (reason) => this.setState(id, 'fault', reason));
			this.#hosts.set(id, host);
			this.connect(id);
		}
	}

	start(): void {
		this.#running = true;
		for (const host of this.#hosts.values()) host.start();
		this.#sound.start();
	}

	/** A host that makes a source; it runs while the sources do. */
	adopt(id: string, host: SupervisedHost): void {
		this.#hosts.set(id, host);
		if (this.#running) host.start();
	}

	addGuest(id: string, label: string): void {
		this.add({ id, kind: 'guest', label, colour: '#7a5cc8', delayMs: GUEST_DELAY_MS });
		this.setState(id, 'no-signal');
	}

	/** Gives a source a slot and a place in the state. Throws no-slot. */
	add({
		id,
		kind,
		label,
		colour,
		delayMs,
		alsaDevice = null,
	}: Pick<Source, 'id' | 'kind' | 'label' | 'colour' | 'delayMs'> & Partial<Pick<Source, 'alsaDevice'>>): void {
		const slot = this.slots.take(id);
		const { width, height } = this.o.canvas;
		this.#publish({
			id,
			kind,
			label,
			colour,
			state: 'starting',
			slot,
			video: { width, height, fps: fpsOf(this.o.canvas) },
			audio: { channels: 2, levelDb: null },
			alsaDevice,
			delayMs,
			crop: { left: 0, top: 0, right: 0, bottom: 0 },
			fit: 'contain',
			onLoss: 'hold',
			backup: null,
			lastError: null,
		});
	}

	async remove(id: string): Promise<void> {
		this.disconnect(id);
		this.slots.free(id);
		this.o.state.set(`sources.${id}`, null);
		await this.#sound.refresh();
		const host = this.#hosts.get(id);
		this.#hosts.delete(id);
		if (host) await this.o.supervisor.remove(host);
	}

	get(id: string): Source {
		const source = this.o.state.current.sources[id];
		if (!source) throw new StudioError('not-found', `there is no source ${id}`);
		return source;
	}

	patch(id: string, patch: SourcePatch): Source {
		const source = this.get(id);
		if (patch.backup && !this.o.state.current.sources[patch.backup])
			throw new StudioError('invalid', `backup: there is no source ${patch.backup}`);
		this.#publish({ ...source, ...patch });
		const moved = patch.alsaDevice !== undefined && patch.alsaDevice !== source.alsaDevice;
		if (moved || (patch.delayMs !== undefined && patch.delayMs !== source.delayMs)) this.connect(id);
		return this.get(id);
	}

	/** Points the slot of a source at its links; the mixers read whatever appears there. */
	connect(id: string): void {
		const { instance } = this.o;
		const { slot, delayMs, alsaDevice } = this.get(id);
		// Sound of a card stands in for what the source itself brings.
		const audio = linkAddress(instance, `${id}.${alsaDevice === null ? 'audio' : 'card'}`);
		for (const mixer of this.o.mixers()) mixer.setSlot(slot!, { video: linkAddress(instance, `${id}.video`), audio, delayMs });
	}

	/** Empties the slot: the picture goes black, the sound silent. */
	disconnect(id: string): void {
		const slot = this.slots.slotOf(id);
		if (slot !== undefined) for (const mixer of this.o.mixers()) mixer.setSlot(slot, { video: null, audio: null, delayMs: 0 });
	}

	setState(id: string, state: Source['state'], lastError: string | null = null): void {
		const source = this.o.state.current.sources[id];
		if (!source) return;
		this.o.state.set(`sources.${id}.state`, state);
		if (lastError !== null || state === 'live') this.o.state.set(`sources.${id}.lastError`, lastError);
	}

	/** What the program mixer sees of a slot. */
	onSlot(slot: number, video: 'live' | 'lost' | 'empty'): void {
		const id = this.slots.sourceOf(slot);
		if (!id) return;
		if (video === 'live') this.setState(id, 'live');
		else if (this.o.state.current.sources[id]?.state === 'live') this.setState(id, 'no-signal');
	}

	setLevel(id: string, levelDb: number): void {
		if (this.o.state.current.sources[id]?.audio) this.o.state.set(`sources.${id}.audio.levelDb`, Math.round(levelDb));
	}

	#publish(source: Source): void {
		this.o.state.set(`sources.${source.id}`, source);
		void this.#sound.refresh();
	}
}
