import { randomBytes } from 'node:crypto';
import { tmpdir } from 'node:os';
import type { Applied } from '../../service/contract/buses.js';
import type { Fault, PastFault } from '../../service/contract/faults.js';
import type { GuestMessage } from '../../service/contract/guestChannel.js';
import type { Guest } from '../../service/contract/guests.js';
import type { IceServer } from '../../service/contract/iceServer.js';
import type { Recording } from '../../service/contract/recordings.js';
import type { LayerPatch } from '../../service/contract/scenes.js';
import type { Source } from '../../service/contract/sources.js';
import type { State } from '../../service/contract/state.js';
import type { Target, TargetCreate } from '../../service/contract/targets.js';
import { Alerts } from '../../service/faults/alerts.js';
import type { FaultReport } from '../../service/faults/faults.js';
import { Conversations } from '../../service/guests/conversations.js';
import { Health } from '../../service/health/health.js';
import { settingsSchema } from '../../service/settings/schema.js';
import type { Settings } from '../../service/settings/settings.js';
import { LiveState } from '../../service/state/state.js';
import type { Levels, PeerAnswer, Studio } from '../../service/studio.js';
import { StudioError } from '../../service/util/errors.js';
import { createLog } from '../../service/util/log.js';

/** A show without pictures, for tests of what lies between the socket and `Studio`: state real, media none. */
export class ShowStub implements Studio {
	readonly state = new LiveState(initialState());
	#conversations = new Conversations(this.state);
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
		return this.#conversations.tables;
	}
	faultList: Fault[] = [];
	/** Path of the one file that recordings have. */
	file = '';
	sessions = new Map<string, string>();
	trickled: string[] = [];
	levelListeners = new Set<(levels: Levels) => void>();
	statsListeners = new Set<(hosts: Record<string, unknown>) => void>();
	/** Thrown by the next publish or watch. */
	refusal: Error | null = null;

	constructor(settings: Pick<Settings, 'current'> = { current: settingsSchema.parse({}) }) {
		this.alerts = new Alerts({ state: this.state, faults: { raise: () => {}, clear: () => {} }, settings });
	}

	onAir = () => this.air;
	faults = () => this.faultList;
	raiseFault({ code, subject, message, remedy = null }: FaultReport) {
		this.clearFault(code, subject);
		this.faultList.push({ code, subject, message, remedy, since: new Date().toISOString(), count: 1 });
	}
	past: PastFault[] = [];
	pastFaults = () => this.past;
	acknowledgeFault(code: string, subject: string) {
		this.clearFault(code, subject);
	}
	clearFault(code: string, subject: string) {
		this.faultList = this.faultList.filter((fault) => fault.code !== code || fault.subject !== subject);
	}
	leaveSafeMode() {
		this.state.set('system.safeMode', false);
		return this.state.current.system;
	}

	async patchSource(id: string, patch: object) {
		this.state.set(`sources.${id}`, { ...this.state.current.sources[id], ...patch });
		return this.state.current.sources[id]!;
	}

	async createSource({ label }: { label: string }): Promise<Source> {
		const id = `rtp-${randomBytes(3).toString('hex')}`;
		this.state.set(`sources.${id}`, { ...this.state.current.sources.hdmi1, id, kind: 'rtp', label });
		return this.state.current.sources[id]!;
	}
	async deleteSource(id: string) {
		this.state.set(`sources.${id}`, null);
	}

	servers: IceServer[] = [];
	iceServers = async () => this.servers;
	networkStatus = () => ({ addresses: [], servers: [] });
	testNetwork = async () => ({ items: [], outside: 'not tested', testedAt: '2026-01-01T00:00:00.000Z' });

	async createTarget(target: TargetCreate): Promise<Target> {
		const id = `target-${randomBytes(3).toString('hex')}`;
		const idle = { state: 'off', packets: 0, bytes: 0, kbps: null, lastError: null } as const;
		this.state.set(`targets.${id}`, { id, ...target, ...idle });
		return this.state.current.targets[id]!;
	}
	async patchTarget(id: string, patch: object) {
		this.state.set(`targets.${id}`, { ...this.state.current.targets[id], ...patch });
		return this.state.current.targets[id]!;
	}
	async deleteTarget(id: string) {
		this.state.set(`targets.${id}`, null);
	}

	createGuest(name: string): Guest {
		const id = `guest-${randomBytes(3).toString('hex')}`;
		this.state.set(`guests.${id}`, guestOf(id, name));
		return this.state.current.guests[id]!;
	}
	patchGuest(id: string, patch: object): Guest {
		for (const [key, value] of Object.entries(patch)) this.state.set(`guests.${id}.${key}`, value);
		return this.state.current.guests[id]!;
	}
	addMessage = (guest: string, from: GuestMessage['from'], text: string, now?: number) =>
		this.#conversations.add(guest, from, text, now);
	seenMessage = (guest: string, id: number) => this.#conversations.seen(guest, id);
	async removeGuest(id: string) {
		this.state.set(`guests.${id}`, null);
	}

	async putScene(id: string, scene: { label?: string; layers: [] }) {
		this.state.set(`scenes.${id}`, { id, label: scene.label ?? id, layers: scene.layers, version: 1 });
		return this.state.current.scenes[id]!;
	}
	async restoreSource(id: string): Promise<Source> {
		throw new StudioError('not-found', `${id} was not removed`);
	}
	async restoreGuest(id: string): Promise<Guest> {
		throw new StudioError('not-found', `${id} was not removed`);
	}
	async showWithout() {
		return this.#applied();
	}
	async patchLayer(id: string, index: number, { version, ...patch }: LayerPatch) {
		const { layers } = this.state.current.scenes[id]!;
		if (!layers[index]) throw new StudioError('not-found', `no layer ${index}`);
		this.state.set(`scenes.${id}.layers`, layers.with(index, { ...layers[index], ...patch }));
		return this.state.current.scenes[id]!;
	}
	async deleteScene(id: string) {
		this.state.set(`scenes.${id}`, null);
	}
	async setPreview(scene: string) {
		this.state.set('buses.preview', scene);
		return this.#applied();
	}
	async cut(scene: string) {
		this.state.set('buses.program', scene);
		return this.#applied();
	}
	async take() {
		const { preview, program } = this.state.current.buses;
		this.state.set('buses.preview', program);
		this.state.set('buses.program', preview);
		return this.#applied();
	}
	#applied(): Applied {
		const { preview, program } = this.state.current.buses;
		return { preview, program, transition: null, frame: 42, ptsNs: '1400000000' };
	}

	async patchStrip(strip: string, patch: object) {
		this.state.set(`audio.${strip}`, { ...this.state.current.audio[strip], ...patch });
		return this.state.current.audio[strip]!;
	}

	async startRecording({ name }: { name?: string }) {
		const id = `recording-${randomBytes(3).toString('hex')}`;
		this.state.set(`recordings.${id}`, recordingOf(id, name ?? 'Recording'));
		return this.state.current.recordings[id]!;
	}
	async stopRecording(id: string) {
		this.state.set(`recordings.${id}.state`, 'finished');
		return this.state.current.recordings[id]!;
	}
	async deleteRecording(id: string) {
		this.state.set(`recordings.${id}`, null);
	}
	async recordingFile(_id: string, name: string) {
		if (name !== 'program.mp4') throw new StudioError('not-found', `no file ${name}`);
		return this.file;
	}

	/** Answers wait for it; `asked` counts those that were asked for. */
	held: Promise<void> | null = null;
	asked = 0;
	async publish(guest: string, _offer: string) {
		return this.#answered(guest);
	}
	async watch(streamer: string, _offer: string) {
		return this.#answered(streamer);
	}
	async #answered(subject: string) {
		this.asked += 1;
		await this.held;
		return this.#session(subject);
	}
	#session(subject: string): PeerAnswer {
		if (this.refusal) throw this.refusal;
		const session = randomBytes(16).toString('hex');
		this.sessions.set(session, subject);
		return { session, answer: 'v=0\r\n' };
	}
	async trickle(_session: string, fragment: string) {
		this.trickled.push(fragment);
	}
	async closeSession(session: string) {
		this.sessions.delete(session);
	}
	sessionSubject = (session: string) => this.sessions.get(session) ?? null;
	/** Whether new sessions stay unconnected. */
	pending = false;
	sessionPending = (session: string) => this.pending && this.sessions.has(session);

	onLevels(listener: (levels: Levels) => void) {
		this.levelListeners.add(listener);
		return () => this.levelListeners.delete(listener);
	}
	onStats(listener: (hosts: Record<string, unknown>) => void) {
		this.statsListeners.add(listener);
		return () => this.statsListeners.delete(listener);
	}
	hostStats() {
		const mixer = { lateFrames: 3, slots: [{ slot: 4, video: { lastPtsNs: '5000' } }] };
		return {
			'mixer program': {
				pid: 1,
				state: 'running',
				ready: true,
				restarts: 2,
				cpuPct: 12.5,
				rssBytes: 80_000_000,
				elements: { mixer },
			},
		};
	}
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

function initialState(): Omit<State, 'seq'> {
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
