import { randomBytes } from 'node:crypto';
import { tmpdir } from 'node:os';
import type { Show } from '../../service/api.js';
import type { Applied } from '../../service/contract/buses.js';
import type { Levels } from '../../service/contract/events.js';
import { type FaultReport, faultText } from '../../service/contract/faultKinds.js';
import type { Fault, PastFault } from '../../service/contract/faults.js';
import type { Guest } from '../../service/contract/guests.js';
import type { IceServer } from '../../service/contract/iceServer.js';
import { off } from '../../service/contract/ready.js';
import type { Recording } from '../../service/contract/recordings.js';
import type { LayerPatch, ScenePut } from '../../service/contract/scenes.js';
import type { Source, SourceCreate } from '../../service/contract/sources.js';
import type { State } from '../../service/contract/state.js';
import type { Target, TargetCreate } from '../../service/contract/targets.js';
import { Alerts } from '../../service/faults/alerts.js';
import { Conversations } from '../../service/guests/conversations.js';
import type { Door } from '../../service/guests/door.js';
import { type DoorSeatsOptions, doorToSeats } from '../../service/guests/doorSeats.js';
import { Health } from '../../service/health/health.js';
import type { HostsStats } from '../../service/hosts/hostFigures.js';
import type { PeerAnswer } from '../../service/rtc/sessions.js';
import { settingsSchema } from '../../service/settings/schema.js';
import type { Settings } from '../../service/settings/settings.js';
import { LiveState } from '../../service/state/state.js';
import { DeviceKey } from '../../service/store/deviceKey.js';
import type { Store } from '../../service/store/store.js';
import { StudioError } from '../../service/util/errors.js';
import { createLog } from '../../service/util/log.js';
import { mixerStats, slotVideo } from './elementEvents.js';

/** A show without pictures, for tests of what lies between the socket and the nouns: state real, media none. */
export class ShowStub implements Show {
	readonly state = new LiveState(initialState());
	readonly conversations = new Conversations(this.state);
	readonly health = new Health({
		dataDir: tmpdir(),
		state: this.state,
		faults: { raise: () => {}, amend: () => {}, clear: () => {} },
		log: createLog('silent'),
		onAir: () => this.air,
	});
	readonly alerts: Alerts;
	air = true;
	get tables() {
		return this.conversations.tables;
	}
	faultList: Fault[] = [];
	/** Path of the one file that recordings have. */
	file = '';
	sessions = new Map<string, string>();
	trickled: string[] = [];
	levelListeners = new Set<(levels: Levels) => void>();
	statsListeners = new Set<(hosts: HostsStats) => void>();
	/** Thrown by the next publish or watch. */
	refusal: Error | null = null;

	readonly door: Door;

	/** `door`: what the door of the real studio asks; without it nobody who is let in gets a token that counts. */
	constructor(
		settings: Pick<Settings, 'current'> = { current: settingsSchema.parse({}) },
		door: Pick<DoorSeatsOptions, 'store' | 'setUp' | 'log'> = {
			store: { tokens: { create: () => ({ token: 'none' }), removeOfGuest: () => {} } as unknown as Store['tokens'] },
			setUp: () => true,
			log: createLog('silent'),
		},
	) {
		const key = new DeviceKey({ readFile: () => null, writeFile: () => undefined });
		this.door = doorToSeats({ ...door, state: this.state, settings, guests: this.guests, key });
		this.alerts = new Alerts({ state: this.state, faults: { raise: () => {}, clear: () => {} }, settings });
	}

	readonly onAir = nowOf(() => this.air);
	past: PastFault[] = [];
	readonly faults = {
		list: () => this.faultList,
		past: () => this.past,
		raise: (report: FaultReport) => {
			const { code, subject, params = {} } = report;
			this.faults.clear(code, subject);
			this.faultList.push({ code, subject, ...faultText(report), params, since: new Date().toISOString(), count: 1 });
		},
		clear: (code: string, subject: string) => {
			this.faultList = this.faultList.filter((fault) => fault.code !== code || fault.subject !== subject);
		},
		acknowledge: (code: string, subject: string) => this.faults.clear(code, subject),
	};
	readonly #setSafeMode = this.state.own('safeMode');
	readonly safeMode = {
		leave: () => {
			this.#setSafeMode(false);
			return this.state.current.system;
		},
	};

	readonly sources = {
		patch: async (id: string, patch: object) => this.#patched('sources', id, patch),
		create: async ({ kind, label, ...rtp }: SourceCreate): Promise<Source> => {
			const { hdmi1 } = this.state.current.sources;
			return this.#made('sources', { ...hdmi1!, id: idOf('rtp'), kind, label, rtp });
		},
		remove: async (id: string) => this.state.sources.remove(id),
		undoRemoval: async (id: string): Promise<Source> => {
			throw new StudioError('not-found', `${id} was not removed`);
		},
	};

	servers: IceServer[] = [];
	readonly network = {
		iceServers: async () => this.servers,
		status: () => ({ addresses: [], servers: [] }),
		test: async () => ({ items: [], outside: 'not tested', testedAt: '2026-01-01T00:00:00.000Z' }),
	};

	readonly targets = {
		create: async (target: TargetCreate): Promise<Target> => {
			const idle = { state: 'off', packets: 0, bytes: 0, kbps: null, lastError: null } as const;
			return this.#made('targets', { id: idOf('target'), ...target, ...idle });
		},
		patch: async (id: string, patch: object) => this.#patched('targets', id, patch),
		remove: async (id: string) => this.state.targets.remove(id),
		test: async () => off('Untested: nothing is sent here'),
	};

	readonly guests = {
		create: (name: string): Guest => this.#made('guests', guestOf(idOf('guest'), name)),
		patch: (id: string, patch: object): Guest => {
			this.state.guests.patch(id, patch);
			return this.state.current.guests[id]!;
		},
		remove: async (id: string) => this.state.guests.remove(id),
		undoRemoval: async (id: string): Promise<Guest> => {
			throw new StudioError('not-found', `${id} was not removed`);
		},
	};

	readonly scenes = {
		putScene: async (id: string, { label, layers }: ScenePut) =>
			this.#made('scenes', { id, label: label ?? id, layers, version: 1 }),
		patchLayer: async (id: string, index: number, { version, ...patch }: LayerPatch) => {
			const { layers } = this.state.current.scenes[id]!;
			if (!layers[index]) throw new StudioError('not-found', `no layer ${index}`);
			this.state.scenes.patch(id, { layers: layers.with(index, { ...layers[index], ...patch }) });
			return this.state.current.scenes[id]!;
		},
		deleteScene: (id: string) => this.state.scenes.remove(id),
		setPreview: async (scene: string) => {
			this.state.patchBuses({ preview: scene });
			return this.#applied();
		},
		cut: async (scene: string) => {
			this.state.patchBuses({ program: scene });
			return this.#applied();
		},
		take: async () => {
			const { preview, program } = this.state.current.buses;
			this.state.patchBuses({ preview: program });
			this.state.patchBuses({ program: preview });
			return this.#applied();
		},
		without: async () => this.#applied(),
		patchStrip: (strip: string, patch: object) => this.#patched('audio', strip, patch),
	};

	readonly recordings = {
		start: async ({ name }: { name?: string | undefined }) =>
			this.#made('recordings', recordingOf(idOf('recording'), name ?? 'Recording')),
		stop: async (id: string) => {
			this.state.recordings.patch(id, { state: 'finished' });
			return this.state.current.recordings[id]!;
		},
		remove: async (id: string) => this.state.recordings.remove(id),
		path: (_id: string, name: string) => {
			if (name !== 'program.mp4') throw new StudioError('not-found', `no file ${name}`);
			return this.file;
		},
	};

	/** Answers wait for it; `asked` counts those that were asked for. */
	held: Promise<void> | null = null;
	asked = 0;
	/** Whether new sessions stay unconnected. */
	pending = false;
	readonly media = {
		publish: (guest: string, _offer: string) => this.#answered(guest),
		watch: (streamer: string, _offer: string) => this.#answered(streamer),
		trickle: (_session: string, fragment: string) => void this.trickled.push(fragment),
		close: async (session: string) => void this.sessions.delete(session),
		subject: (session: string) => this.sessions.get(session) ?? null,
		pending: (session: string) => this.pending && this.sessions.has(session),
	};

	readonly levels = { on: listened(this.levelListeners) };
	readonly figures = {
		on: listened(this.statsListeners),
		current: {
			'mixer program': {
				pid: 1,
				state: 'running',
				ready: true,
				restarts: 2,
				cpuPct: 12.5,
				rssBytes: 80_000_000,
				ownBytes: null,
				elements: { mixer: mixerStats({ lateFrames: 3, slots: [{ slot: 4, video: slotVideo({ lastPtsNs: '5000' }) }] }) },
			},
		} satisfies HostsStats as HostsStats,
	};

	#made<T extends { id: string }>(collection: 'sources' | 'targets' | 'guests' | 'scenes' | 'recordings', entry: T): T {
		this.state[collection].put(entry.id, entry as never);
		return entry;
	}

	#patched<K extends 'sources' | 'targets' | 'audio'>(collection: K, id: string, patch: object): State[K][string] {
		this.state[collection].put(id, { ...this.state.current[collection][id], ...patch } as never);
		return this.state.current[collection][id] as State[K][string];
	}

	#applied(): Applied {
		const { preview, program } = this.state.current.buses;
		return { preview, program, transition: null, frame: 42, ptsNs: '1400000000' };
	}

	async #answered(subject: string): Promise<PeerAnswer> {
		this.asked += 1;
		await this.held;
		if (this.refusal) throw this.refusal;
		const session = randomBytes(16).toString('hex');
		this.sessions.set(session, subject);
		return { session, answer: 'v=0\r\n' };
	}
}

function idOf(noun: string): string {
	return `${noun}-${randomBytes(3).toString('hex')}`;
}

function nowOf(read: () => boolean): { readonly now: boolean } {
	return {
		get now() {
			return read();
		},
	};
}

function listened<T>(listeners: Set<(value: T) => void>) {
	return (listener: (value: T) => void) => {
		listeners.add(listener);
		return () => listeners.delete(listener);
	};
}

function guestOf(id: string, name: string): Guest {
	const unknown = {
		path: null,
		rttMs: null,
		lossPct: null,
		kbps: null,
		codec: null,
		video: null,
		nothingSent: false,
		maxKbps: null,
		lastError: null,
		connection: null,
	};
	return { id, name, state: 'invited', createdAt: new Date().toISOString(), messages: [], seenMessage: 0, ...unknown };
}

function recordingOf(id: string, name: string): Recording {
	const startedAt = new Date().toISOString();
	return { id, name, state: 'recording', startedAt, startFrame: 1, startPtsNs: '1', durationMs: 0, files: [], lastError: null };
}

export function initialState(): Omit<State, 'seq'> {
	const streamer = { viewers: 0, state: 'live' as const, width: 640, height: 360, fps: 30, kbps: 1000 };
	const strip = { gainDb: 0, mute: false, pan: 0, mode: 'on' as const, delayMs: 0 };
	return {
		sources: {
			hdmi1: {
				id: 'hdmi1',
				kind: 'test',
				label: 'Camera 1',
				colour: '#cc3333',
				state: 'live',
				slot: 0,
				video: { width: 640, height: 360, fps: 30 },
				audio: null,
				delayMs: 0,
				delayAuto: false,
				crop: { left: 0, top: 0, right: 0, bottom: 0 },
				fit: 'contain',
				onLoss: 'hold',
				backup: null,
				held: false,
				alsaDevice: null,
				lastError: null,
			},
		},
		guests: { 'guest-ada': guestOf('guest-ada', 'Ada'), 'guest-bob': guestOf('guest-bob', 'Bob') },
		door: {},
		removed: {},
		scenes: {
			one: { id: 'one', label: 'One', layers: [], version: 1 },
			two: { id: 'two', label: 'Two', layers: [], version: 1 },
		},
		buses: { preview: 'two', program: 'one', transition: null },
		audio: { hdmi1: strip, master: strip },
		overlays: {},
		recordings: { 'recording-1': { ...recordingOf('recording-1', 'First'), state: 'finished' } },
		targets: {},
		streamers: { program: { id: 'program', ...streamer }, multiview: { id: 'multiview', ...streamer } },
		encoders: {},
		faults: [],
		system: {
			version: '0.0.0',
			startedAt: new Date().toISOString(),
			safeMode: false,
			canvas: { width: 640, height: 360, fpsNum: 30, fpsDen: 1 },
			slots: { total: 12, used: 1 },
			disk: null,
			cpuPct: null,
			memoryBytes: null,
			temperatureC: null,
			soundCards: [],
			tunnel: 'off',
			plan: { minutes: null },
			program: null,
			multiview: { columns: 4, rows: 4, tiles: {} },
		},
	};
}
