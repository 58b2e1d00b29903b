import { type Canvas, fpsOf } from '../../pipelines/canvas.js';
import type { EventData } from '../../pipelines/events.js';
import { linkAddress } from '../../pipelines/links.js';
import type { SourceKindName } from '../contract/sourceKinds.js';
import { type Source, type SourceOf, type SourcePatch, sourcePatchSchema } from '../contract/sources.js';
import type { Faults } from '../faults/faults.js';
import { startInTurn } from '../hosts/inTurn.js';
import type { SupervisedHost } from '../hosts/supervisedHost.js';
import type { Supervisor } from '../hosts/supervisor.js';
import type { MixerControl, SlotInput } from '../mixer/mixerControl.js';
import { Slots } from '../mixer/slots.js';
import type { LiveState } from '../state/state.js';
import type { Settings } from '../store/settings.js';
import { StudioError } from '../util/errors.js';
import { GuestDelay } from './guestDelay.js';
import { SoundInputs } from './soundInputs.js';

export interface SourcesOptions {
	instance: string;
	canvas: Canvas;
	slots: number;
	state: LiveState;
	settings: Settings;
	supervisor: Supervisor;
	faults: Faults;
	/** Every mixer that reads the sources: program and multiview. */
	mixers: () => MixerControl[];
}

export type SlotSignal = EventData<'r58mixer', 'slot'>['video'];
export type SlotStats = EventData<'r58mixer', 'stats'>['slots'][number];

/** A shorter loss is not reported, or a moving picture would say “No signal” now and then. */
const LOST_MS = 1_000;

/** What differs between kinds of sources. */
export interface SourceTraits {
	/** Somebody is at the other end who hears the program without their own voice. */
	n1: boolean;
	/** Its name is stored by its owner. */
	namedElsewhere: boolean;
	/** Sound alone counts as a signal when it has no picture. */
	soundAlone: boolean;
	/** Its state while its process runs and nothing has arrived. */
	idle: 'starting' | 'no-signal';
}
const plain: SourceTraits = { n1: false, namedElsewhere: false, soundAlone: false, idle: 'starting' };

/** With the fields that only its kind has. */
type Own<Kind extends SourceKindName> = { kind: Kind } & Omit<SourceOf<Kind>, keyof SourceOf<'test'>>;
type NewSource = { [Kind in SourceKindName]: Own<Kind> }[SourceKindName] &
	Pick<Source, 'id' | 'label' | 'colour'> &
	Partial<Pick<Source, 'state' | 'video' | 'audio' | 'alsaDevice' | 'delayMs'>> & { traits?: Partial<SourceTraits> };

/** The inputs of the mixer: what they are, their slots and their state. */
export class Sources {
	readonly slots: Slots;
	#hosts = new Map<string, SupervisedHost>();
	#traits = new Map<string, SourceTraits>();
	/** Sources whose slots read their links. */
	#connected = new Set<string>();
	/** Changes by hand, by source; kept over a restart. */
	#changed: Record<string, SourcePatch>;
	/** Sources from which the program mixer gets a signal. */
	#live = new Set<string>();
	/** Sources that lost their signal a moment ago. */
	#going = new Map<string, NodeJS.Timeout>();
	/** Of sources whose delay follows their line. */
	#delays = new Map<string, GuestDelay>();
	#running = false;
	readonly #sound: SoundInputs;

	constructor(private readonly o: SourcesOptions) {
		this.slots = new Slots(o.slots);
		this.#changed = o.settings.record('sources', sourcePatchSchema);
		this.#sound = new SoundInputs(o);
	}

	async start(): Promise<void> {
		this.#running = true;
		this.#sound.start();
		const mine = (host: SupervisedHost) => [...this.#hosts.values()].includes(host);
		await startInTurn([...this.#hosts.values()], (host) => this.#running && mine(host));
	}

	/** From here on no input starts. */
	stop(): void {
		this.#running = false;
	}

	/** Adds the host of a source; it runs while the sources do. */
	adopt(id: string, host: SupervisedHost): void {
		this.#hosts.set(id, host);
		if (this.#running) host.start();
	}

	/** Gives a source a slot and a place in the state. Without a delay, it follows the source's line. Throws no-slot. */
	add({ delayMs, traits, ...known }: NewSource): void {
		const { id, label } = known;
		const slot = this.slots.take(id);
		this.#traits.set(id, { ...plain, ...traits });
		const delay = delayMs === undefined ? new GuestDelay() : null;
		if (delay) this.#delays.set(id, delay);
		const { width, height } = this.o.canvas;
		this.#publish({
			state: 'starting',
			slot,
			video: { width, height, fps: fpsOf(this.o.canvas) },
			audio: { channels: 2, levelDb: null },
			alsaDevice: null,
			...known,
			delayMs: delayMs ?? delay!.ms,
			delayAuto: delay !== null,
			crop: { left: 0, top: 0, right: 0, bottom: 0 },
			fit: 'contain',
			onLoss: 'hold',
			backup: null,
			held: false,
			lastError: null,
			...this.#changed[id],
			...(traits?.namedElsewhere ? { label } : {}),
		} as Source);
		for (const source of Object.values(this.o.state.current.sources))
			if (source.id === id || source.backup === id) this.#refresh(source.id);
	}

	async remove(id: string): Promise<void> {
		this.#point(id, false, { onLoss: 'hold', backup: null, n1: false });
		this.slots.free(id);
		this.#traits.delete(id);
		this.#live.delete(id);
		clearTimeout(this.#going.get(id));
		this.#going.delete(id);
		this.#delays.delete(id);
		this.o.state.sources.remove(id);
		for (const source of Object.values(this.o.state.current.sources))
			if (source.backup === id) this.patch(source.id, { backup: null });
		delete this.#changed[id];
		this.#saveChanged();
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
		if (patch.backup === id) throw new StudioError('invalid', 'backup: a source cannot stand in for itself');
		if (patch.delayAuto && !this.#delays.has(id))
			throw new StudioError('invalid', 'delayAuto: only guests and RTP sources have an automatic delay; set delayMs');
		// A delay set by hand stays.
		const change = patch.delayMs === undefined ? patch : { ...patch, delayAuto: patch.delayAuto ?? false };
		this.#publish({ ...source, ...change } as Source);
		this.#changed[id] = { ...this.#changed[id], ...change };
		this.#saveChanged();
		this.#refresh(id);
		return this.get(id);
	}

	/** Cards that are plugged in now. */
	setSoundCards(devices: string[]): void {
		void this.#sound.setCards(devices);
	}

	/** The card that belongs to a source's device, or none; a choice by hand stays. */
	offerSound(id: string, alsaDevice: string | null): void {
		const source = this.get(id);
		if (this.#changed[id]?.alsaDevice !== undefined || source.alsaDevice === alsaDevice) return;
		this.#publish({ ...source, alsaDevice });
		this.#refresh(id);
	}

	/** Points the slot of a source at its links; the mixers read whatever appears there. */
	connect(id: string): void {
		this.#point(id, true);
	}

	/** Empties the slot: the picture follows `onLoss`, with black instead of hold; the sound is silent. */
	disconnect(id: string): void {
		this.#point(id, false);
	}

	/** Sends the mixers again what they know about the source. */
	#refresh(id: string): void {
		this.#point(id, this.#connected.has(id));
	}

	#point(id: string, connected: boolean, change: SourcePatch & { n1?: boolean } = {}): void {
		const source = this.o.state.current.sources[id];
		if (source?.slot === undefined) return;
		if (connected) this.#connected.add(id);
		else this.#connected.delete(id);
		const { onLoss, backup, delayMs, alsaDevice, n1 } = { n1: this.#traitsOf(id).n1, ...source, ...change };
		const link = (stream: 'video' | 'audio' | 'card') => (connected ? linkAddress(this.o.instance, `${id}.${stream}`) : null);
		const input: SlotInput = {
			video: link('video'),
			// A card's sound replaces the source's own.
			audio: link(alsaDevice === null ? 'audio' : 'card'),
			delayMs,
			onLoss,
			backupSlot: backup === null ? null : (this.slots.slotOf(backup) ?? null),
			n1,
		};
		for (const mixer of this.o.mixers()) mixer.setSlot(source.slot, input);
	}

	setState(id: string, state: Source['state'], lastError: string | null = null): void {
		const source = this.o.state.current.sources[id];
		if (!source) return;
		this.o.state.sources.patch(id, { state: state });
		if (lastError !== null || state === 'live') this.o.state.sources.patch(id, { lastError: lastError });
	}

	/**
	 * The process of a source is back. A mixer that was busy meanwhile may not have missed it, and then does not report its
	 * return.
	 */
	recover(id: string): void {
		const source = this.o.state.current.sources[id];
		const live = this.#live.has(id);
		if (source?.state !== 'fault' && !(source?.state === 'no-signal' && live)) return;
		this.setState(id, live ? 'live' : this.#traitsOf(id).idle);
	}

	/** What the program mixer sees of a slot. */
	onSlot(slot: number, video: SlotSignal, audio: SlotSignal): void {
		const id = this.slots.sourceOf(slot);
		if (!id) return;
		// Sound alone makes a source live only where there is no picture to wait for.
		const source = this.o.state.current.sources[id];
		const signal = this.#traitsOf(id).soundAlone && source?.video === null ? audio : video;
		if (signal === 'live') this.#live.add(id);
		const was = signal === 'live' ? false : this.#live.delete(id);
		if (source) this.o.state.sources.patch(id, { held: video === 'lost' && (source.held || was) });
		clearTimeout(this.#going.get(id));
		this.#going.delete(id);
		if (signal === 'live') this.setState(id, 'live');
		else if (this.o.state.current.sources[id]?.state === 'live') {
			if (signal === 'empty') this.setState(id, 'no-signal');
			else this.#going.set(id, setTimeout(() => this.#gone(id), LOST_MS).unref());
		}
	}

	#gone(id: string): void {
		this.#going.delete(id);
		if (this.o.state.current.sources[id]?.state === 'live') this.setState(id, 'no-signal');
	}

	/** What the program mixer measured of its slots: a guest's delay covers the later of picture and sound. */
	onStats(slots: SlotStats[]): void {
		for (const { slot, video, audio } of slots) {
			const source = this.o.state.current.sources[this.slots.sourceOf(slot) ?? ''];
			const lateMs = Math.max(video?.lateMs ?? -1, audio?.lateMs ?? -1);
			if (!source?.delayAuto || lateMs < 0) continue;
			const delayMs = this.#delays.get(source.id)!.next(lateMs, performance.now());
			if (delayMs === source.delayMs) continue;
			this.o.state.sources.patch(source.id, { delayMs: delayMs });
			this.#refresh(source.id);
		}
	}

	setLevel(id: string, levelDb: number): void {
		const audio = this.o.state.current.sources[id]?.audio;
		if (audio) this.o.state.sources.patch(id, { audio: { ...audio, levelDb: Math.round(levelDb) } });
	}

	#traitsOf(id: string): SourceTraits {
		return this.#traits.get(id) ?? plain;
	}

	#saveChanged(): void {
		this.o.settings.set('sources', this.#changed);
	}

	#publish(source: Source): void {
		this.o.state.sources.put(source.id, source);
		void this.#sound.refresh();
	}
}
