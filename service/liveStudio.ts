import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { type Canvas, frameMs } from '../pipelines/canvas.js';
import { encoder, videoKbpsFor } from '../pipelines/encoder.js';
import { mixer } from '../pipelines/mixer.js';
import { multiviewStreamer, programStreamer, returnStreamer } from '../pipelines/streamer.js';
import type { Strip, StripPatch } from './contract/audio.js';
import type { Take } from './contract/buses.js';
import type { FaultCode } from './contract/faultKinds.js';
import type { Fault, PastFault } from './contract/faults.js';
import { pastFaultSchema } from './contract/faults.js';
import type { GuestMessage } from './contract/guestChannel.js';
import type { Guest, GuestPatch } from './contract/guests.js';
import type { IceServer } from './contract/iceServer.js';
import type { NetworkStatus, NetworkTest } from './contract/network.js';
import type { Recording, RecordingCreate } from './contract/recordings.js';
import type { LayerPatch, Scene, ScenePut } from './contract/scenes.js';
import type { Source, SourceCreate, SourcePatch } from './contract/sources.js';
import type { State } from './contract/state.js';
import type { System } from './contract/system.js';
import { tallyOf } from './contract/tally.js';
import type { Target, TargetCreate, TargetPatch } from './contract/targets.js';
import { KeyFrames } from './encoders/keyFrames.js';
import { EncoderMonitor } from './encoders/monitor.js';
import { videoEncoders } from './encoders/table.js';
import { Alerts } from './faults/alerts.js';
import { type FaultReport, Faults } from './faults/faults.js';
import { showSettingsFault } from './faults/settingsFault.js';
import { Conversations } from './guests/conversations.js';
import { Guests } from './guests/guests.js';
import { Health } from './health/health.js';
import type { SupervisedHost } from './hosts/supervisedHost.js';
import { Supervisor } from './hosts/supervisor.js';
import { MixerControl } from './mixer/mixerControl.js';
import { ProgramCondition } from './mixer/programCondition.js';
import { Network } from './network/network.js';
import type { PeerWay } from './network/peerWay.js';
import { Recorder } from './recordings/recorder.js';
import { beforeDeadline } from './rtc/answerDeadline.js';
import { maxReturns } from './rtc/places.js';
import { RtcSessions } from './rtc/sessions.js';
import { Switcher } from './scenes/switcher.js';
import type { Settings } from './settings/settings.js';
import type { ShowLog } from './showLog/showLog.js';
import { HdmiInputs } from './sources/kinds/hdmi.js';
import { RtpSources } from './sources/kinds/rtp.js';
import { Removals } from './sources/removals.js';
import { type SlotSignal, type SlotStats, Sources } from './sources/sources.js';
import { WaitingInputs } from './sources/waiting.js';
import { LiveState } from './state/state.js';
import type { Store } from './store/store.js';
import { StreamerHost, type StreamerPlan } from './streamers/streamerHost.js';
import type { Levels, PeerAnswer, Studio } from './studio.js';
import type { BootGuard } from './system/bootGuard.js';
import type { ProgramSign } from './system/watchdog.js';
import { Targets } from './targets/targets.js';
import type { Tables } from './util/boundedMap.js';
import { StudioError } from './util/errors.js';
import type { Log } from './util/log.js';
import { pluginPath } from './util/program.js';

/** Inputs of the mixer, and tiles of the multiview. */
const SLOTS = 12;
/** What an element takes; how many may watch is a setting. */
const MAX_VIEWERS = 1000;
const OPUS_KBPS = { program: 128, return: 64 };
const AAC_KBPS = 160;
const STATS_INTERVAL_MS = 1_000;
/** Viewers' processes start with the first encoded frame, or after this long without one. */
const STREAMERS_DELAY_MS = 2_000;
/** A streamer that hangs is replaced this soon: viewers are to see the program again within 3 s. */
const STREAMER_STALL_MS = 1_500;
/** OBS waits 8 s for an answer, network and all; what is slow inside (a process to end, one to start, gathering) adds up to more. */
const ANSWER_MS = 6_500;
/** The program is off air when its encoder has made no frame for this long. */
const ON_AIR_MS = 2_000;

/** For tests on an emulated machine, which cannot keep up with everything: nothing runs for viewers. */
const withoutViewers = process.env.R58_VIEWERS === '0';

export interface LiveStudioOptions {
	canvas: Canvas;
	dataDir: string;
	demo: boolean;
	/** Start without inputs: three starts in a row have crashed. */
	guard: BootGuard;
	version: string;
	store: Store;
	settings: Settings;
	showLog: ShowLog;
	log: Log;
}

/** The running show: owns the hosts, the state and everything between them. */
export class LiveStudio implements Studio {
	readonly state: LiveState;
	readonly health: Health;
	readonly alerts: Alerts;
	/** One run of the service; links of different runs never meet. */
	readonly #instance = randomBytes(4).toString('hex');
	readonly #faults: Faults;
	readonly #network: Network;
	readonly #supervisor: Supervisor;
	readonly #sessions = new RtcSessions();
	readonly #sources: Sources;
	readonly #rtpSources: RtpSources;
	readonly #targets: Targets;
	readonly #condition: ProgramCondition;
	readonly #hdmi: HdmiInputs;
	readonly #waiting: WaitingInputs;
	readonly #guests: Guests;
	readonly #conversations: Conversations;
	readonly #recorder: Recorder;
	readonly #switcher: Switcher;
	readonly #removals: Removals;
	readonly #program: MixerControl;
	readonly #multiview: MixerControl;
	readonly #encoder: SupervisedHost;
	readonly #streamers: { program: StreamerHost; multiview: StreamerHost; returns: StreamerHost };
	#levelListeners = new Set<(levels: Levels) => void>();
	#statsListeners = new Set<(hosts: Record<string, unknown>) => void>();
	#statsTimer: NodeJS.Timeout | undefined;
	#streamersTimer: NodeJS.Timeout | undefined;
	readonly #keyFrames = new KeyFrames();
	#encodedAt = Number.NEGATIVE_INFINITY;
	#encodedFrames = -1;
	#levelsAt = 0;
	#restored = false;

	constructor(private readonly o: LiveStudioOptions) {
		const { canvas, log, store, dataDir } = o;
		const instance = this.#instance;
		this.state = new LiveState(initialState(o));
		this.#faults = new Faults(this.state, log, {
			load: () => store.settings.get('pastFaults', z.array(pastFaultSchema)) ?? [],
			save: (past) => store.settings.set('pastFaults', past),
		});
		const state = this.state;
		const faults = this.#faults;
		const network = new Network({ settings: o.settings, faults });
		this.#network = network;
		const env = {
			...process.env,
			GST_PLUGIN_PATH: pluginPath,
		};
		const supervisor = new Supervisor(env, faults, log);
		this.#supervisor = supervisor;

		const x264 = videoEncoders.x264!;
		const videoKbps = videoKbpsFor(canvas);
		const mixerHost = supervisor.add({
			role: 'mixer',
			name: 'program',
			launch: () => mixer({ instance, canvas, slots: SLOTS }),
			progress: counter('mixer', 'frames'),
		});
		this.#program = new MixerControl(mixerHost);
		this.#encoder = supervisor.add({
			role: 'encoder',
			name: 'program',
			launch: () => encoder({ instance, canvas, video: x264, videoKbps, aacKbps: AAC_KBPS, opusKbps: OPUS_KBPS.program }),
			progress: counter('program-h264', 'buffers'),
		});

		const multiviewCanvas = multiviewCanvasFor(canvas);
		const multiviewKbps = videoKbpsFor(multiviewCanvas);
		const streamer = (name: string, launch: () => string) =>
			supervisor.add({ role: 'streamer', name, launch, stallMs: STREAMER_STALL_MS });
		const multiviewHost = streamer('multiview', () =>
			multiviewStreamer({
				instance,
				canvas: multiviewCanvas,
				slots: SLOTS,
				video: x264,
				videoKbps: multiviewKbps,
				maxPeers: MAX_VIEWERS,
			}),
		);
		this.#multiview = new MixerControl(multiviewHost);
		const encoderMonitor = new EncoderMonitor({
			id: 'program',
			host: this.#encoder,
			link: 'program-h264',
			encoder: x264,
			canvas,
			kbps: videoKbps,
			state,
		});
		const streamerHost = (
			host: SupervisedHost,
			streamers: () => string[],
			audioPad: string | null,
			monitor: EncoderMonitor,
			more: Partial<Pick<StreamerPlan, 'onDemand' | 'full'>> = {},
		) =>
			new StreamerHost(
				{ host, streamers, full: () => this.#full(), network, audioPad, picture: () => monitor.measured, ...more },
				this.#sessions,
				state,
			);
		this.#streamers = {
			program: streamerHost(
				streamer('program', () => programStreamer({ instance, maxPeers: MAX_VIEWERS })),
				() => ['program'],
				'audio_main',
				encoderMonitor,
			),
			multiview: streamerHost(
				multiviewHost,
				() => ['multiview'],
				null,
				new EncoderMonitor({
					id: 'multiview',
					host: multiviewHost,
					link: 'encoded',
					encoder: x264,
					canvas: multiviewCanvas,
					kbps: multiviewKbps,
					state,
				}),
				{ onDemand: (wanted) => this.#multiview.setDrawn(wanted) },
			),
			returns: streamerHost(
				streamer('return', () => returnStreamer({ instance, maxPeers: maxReturns, slots: SLOTS, opusKbps: OPUS_KBPS.return })),
				() => Object.keys(state.current.guests).map((guest) => `return-${guest}`),
				null,
				encoderMonitor,
				{ full: () => this.#returnsFull() },
			),
		};

		const mixers = () => [this.#program, this.#multiview];
		this.#sources = new Sources({ instance, canvas, slots: SLOTS, state, settings: store.settings, supervisor, faults, mixers });
		this.#rtpSources = new RtpSources({ instance, canvas, state, store, supervisor, sources: this.#sources, faults });
		this.#targets = new Targets({
			instance,
			state,
			store,
			supervisor,
			special: () => o.settings.current.network.specialTargets,
		});
		this.#switcher = new Switcher({
			canvas,
			state,
			store,
			sources: this.#sources,
			program: this.#program,
			multiview: this.#multiview,
		});
		this.#waiting = new WaitingInputs(faults);
		this.#condition = new ProgramCondition({ state, faults, chosen: () => this.#switcher.chosen });
		this.#hdmi = new HdmiInputs({
			instance,
			canvas,
			state,
			settings: store.settings,
			supervisor,
			sources: this.#sources,
			faults,
			waiting: this.#waiting,
			log,
			onAdded: (id) => {
				if (this.#restored) this.#switcher.addSource(id);
			},
		});
		this.#guests = new Guests({
			instance,
			canvas,
			state,
			settings: store.settings,
			supervisor,
			sources: this.#sources,
			sessions: this.#sessions,
			network,
			onAir: (id) => tallyOf(id, state.current) === 'program',
			faults,
		});
		this.#conversations = new Conversations(state);
		this.#removals = new Removals(state);
		this.#recorder = new Recorder({
			instance,
			canvas,
			dataDir,
			state,
			store,
			faults,
			supervisor,
			keyFrames: this.#keyFrames,
			showLog: o.showLog,
		});
		this.health = new Health({ dataDir, log, state, faults, onAir: () => this.onAir() });
		this.alerts = new Alerts({ state, faults, settings: o.settings });
		mixerHost.on('event', (element, event, data) => {
			if (element === 'mixer') this.#onMixer(event, data);
		});
		this.#encoder.on('event', (element, event, data) => {
			if (element === 'program-h264') this.#onEncoder(event, data);
		});
		mixerHost.on('down', () => this.#condition.unknown());
		this.#encoder.on('down', () => this.#keyFrames.clear());
		this.#streamers.program.plan.host.on('event', (element, event, data) => {
			if (element === 'program-h264' && event === 'gap') this.#onEncoderGap(data);
		});
	}

	leaveSafeMode(): System {
		const { system } = this.state.current;
		if (!system.safeMode) throw new StudioError('conflict', 'the studio is not in safe mode');
		this.state.set('system.safeMode', false);
		this.#faults.clear('safe-mode', 'service');
		this.o.guard.retry();
		for (const id of Object.keys(this.state.current.sources)) this.#sources.connect(id);
		this.#startInputs();
		return this.state.current.system;
	}

	/** Gets the first process ready while the show is restored. */
	warm(): void {
		void this.#supervisor.warm();
	}

	/** The show as it was, before anything runs: a guest who calls now is known. What cannot be used is left out, each alone. */
	restore(): void {
		const { demo, settings, store } = this.o;
		this.state.set('system.safeMode', this.o.guard.begin());
		if (store.fault) this.#faults.raise(store.fault);
		showSettingsFault(settings, this.#faults);
		if (demo) this.#sources.addDemoInputs();
		else this.#hdmi.start();
		for (const guest of store.guests.list())
			this.#waiting.admit(guest.id, guest.name, () => {
				this.#guests.restore(guest);
				if (this.#restored) this.#guestCame(guest.id);
			});
		for (const source of store.rtpSources.list())
			this.#waiting.admit(source.id, source.label, () => {
				if (!this.#restored) return this.#rtpSources.restore(source);
				this.#rtpSources.admit(source);
				this.#switcher.addSource(source.id);
			});
		this.#targets.restore();
		this.#switcher.restore();
		this.#restored = true;
		this.#recorder.restore();
		for (const streamer of Object.values(this.#streamers)) streamer.publishAll();
		for (const fault of store.leftOut.faults()) this.#faults.raise(fault);
	}

	#guestCame(id: string): void {
		this.#switcher.addSource(id);
		this.#streamers.returns.publish(`return-${id}`);
	}

	/** Starts every host, what is needed first first; the program is on air a moment later. */
	async start(): Promise<void> {
		await this.#supervisor.warm();
		this.#supervisor.start();
		this.#program.host.start();
		this.#encoder.start();
		if (this.state.current.system.safeMode) this.#inputsOff();
		else this.#startInputs();
		this.#targets.start();
		this.#streamersTimer = setTimeout(() => this.#startStreamers(), STREAMERS_DELAY_MS);
		this.health.start();
		this.alerts.start();
		this.#network.start();
		this.#statsTimer = setInterval(() => this.#onSecond(), STATS_INTERVAL_MS);
	}

	async stop(): Promise<void> {
		clearTimeout(this.#streamersTimer);
		this.#streamersTimer = undefined;
		clearInterval(this.#statsTimer);
		this.health.stop();
		this.alerts.stop();
		this.#network.stop();
		this.#hdmi.stop();
		this.#sources.stop();
		await this.#recorder.stopAll();
		await this.#guests.stop();
		await this.#supervisor.stop();
		this.#faults.flush();
	}

	get tables(): Tables {
		return { ...this.#network.tables, ...this.#conversations.tables, 'removals that can be undone': this.#removals.table };
	}

	onAir(): boolean {
		return performance.now() - this.#encodedAt < ON_AIR_MS;
	}

	/** For the watchdog. */
	get programSign(): ProgramSign {
		const { stats, state } = this.#program.host;
		const frames = stats.mixer?.frames;
		return { frames: frames === undefined ? null : Number(frames), heldOff: state === 'held-off' };
	}

	faults(): Fault[] {
		return this.#faults.list();
	}

	raiseFault(fault: FaultReport): void {
		this.#faults.raise(fault);
	}

	clearFault(code: FaultCode, subject: string): void {
		this.#faults.clear(code, subject);
	}

	pastFaults(): PastFault[] {
		return this.#faults.past();
	}

	acknowledgeFault(code: string, subject: string): void {
		this.#faults.acknowledge(code, subject);
	}

	async patchSource(id: string, { rtp, ...patch }: SourcePatch): Promise<Source> {
		if (rtp) await this.#rtpSources.check(id, rtp);
		const { label, kind } = this.#sources.patch(id, patch);
		this.#rtpSources.rename(id, label);
		// One name, wherever it is changed: the card, the guest's own page and the tile all show it.
		if (kind === 'guest' && patch.label !== undefined) this.patchGuest(id, { name: label });
		if (rtp) await this.#rtpSources.change(id, rtp);
		this.#switcher.addSource(id);
		return this.#sources.get(id);
	}

	async createSource(create: SourceCreate): Promise<Source> {
		const source = await this.#rtpSources.create(create);
		this.#switcher.addSource(source.id);
		return source;
	}

	async deleteSource(id: string, replacement?: string): Promise<void> {
		const source = structuredClone(this.#rtpSources.removable(id));
		const { label, kind } = source;
		const putBack = await this.#switcher.takeOut(id, replacement);
		await this.#rtpSources.remove(id);
		this.#waiting.retry();
		this.#removals.add(
			{ id, label, kind },
			{
				restore: async () => {
					await this.#rtpSources.bringBack(source);
					this.#sources.patch(id, settingsOf(source));
					await putBack();
				},
				forget: () => undefined,
			},
		);
	}

	async restoreSource(id: string): Promise<Source> {
		if (this.state.current.removed[id]?.kind === 'guest')
			throw new StudioError('conflict', `${id} is a guest: POST /api/guests/${id}/restore`);
		await this.#removals.restore(id);
		return this.#sources.get(id);
	}

	createTarget(target: TargetCreate): Promise<Target> {
		return this.#targets.create(target);
	}

	patchTarget(id: string, patch: TargetPatch): Promise<Target> {
		return this.#targets.patch(id, patch);
	}

	deleteTarget(id: string): Promise<void> {
		return this.#targets.remove(id);
	}

	createGuest(name: string): Guest {
		const guest = this.#guests.create(name);
		this.o.store.guests.put(guest);
		this.#guestCame(guest.id);
		return guest;
	}

	patchGuest(id: string, { name, maxKbps }: GuestPatch): Guest {
		if (maxKbps !== undefined) this.#guests.cap(id, maxKbps);
		if (name === undefined) return this.#guests.get(id);
		const guest = this.#guests.rename(id, name);
		this.o.store.guests.put(guest);
		this.#switcher.addSource(id);
		return guest;
	}

	addMessage(guest: string, from: GuestMessage['from'], text: string): GuestMessage {
		return this.#conversations.add(guest, from, text);
	}

	seenMessage(guest: string, id: number): void {
		this.#conversations.seen(guest, id);
	}

	async removeGuest(id: string, replacement?: string): Promise<void> {
		// As they are now: the state goes on changing.
		const guest = structuredClone(this.#guests.get(id));
		const source = structuredClone(this.#sources.get(id));
		const putBack = await this.#switcher.takeOut(id, replacement);
		this.o.store.guests.remove(id);
		this.#streamers.returns.closeAll(`return-${id}`);
		this.state.set(`streamers.return-${id}`, null);
		await this.#guests.remove(id);
		this.#conversations.forget(id);
		this.#waiting.retry();
		this.#removals.add(
			{ id, label: guest.name, kind: 'guest' },
			{
				restore: async () => {
					this.#guests.bringBack(guest);
					this.o.store.guests.put(guest);
					this.o.store.tokens.restoreOfGuest(id);
					this.#sources.patch(id, settingsOf(source));
					this.#streamers.returns.publish(`return-${id}`);
					await putBack();
				},
				forget: () => this.o.store.tokens.forgetOfGuest(id),
			},
		);
	}

	async restoreGuest(id: string): Promise<Guest> {
		if (this.state.current.removed[id]?.kind !== 'guest')
			throw new StudioError('not-found', `nothing to undo: no guest ${id} was removed a moment ago`);
		await this.#removals.restore(id);
		return this.#guests.get(id);
	}

	putScene(id: string, scene: ScenePut): Promise<Scene> {
		return this.#switcher.putScene(id, scene);
	}

	patchLayer(id: string, index: number, patch: LayerPatch): Promise<Scene> {
		return this.#switcher.patchLayer(id, index, patch);
	}

	async deleteScene(id: string): Promise<void> {
		this.#switcher.deleteScene(id);
	}

	setPreview(scene: string) {
		return this.#switcher.setPreview(scene);
	}

	cut(scene: string) {
		return this.#switcher.cut(scene);
	}

	showWithout(source: string) {
		return this.#switcher.without(source);
	}

	take(take: Take) {
		return this.#switcher.take(take);
	}

	async patchStrip(strip: string, patch: StripPatch): Promise<Strip> {
		return this.#switcher.patchStrip(strip, patch);
	}

	startRecording(options: RecordingCreate): Promise<Recording> {
		return this.#recorder.start(options);
	}

	stopRecording(id: string): Promise<Recording> {
		return this.#recorder.stop(id);
	}

	deleteRecording(id: string): Promise<void> {
		return this.#recorder.remove(id);
	}

	async recordingFile(id: string, name: string): Promise<string> {
		return this.#recorder.path(id, name);
	}

	async publish(guest: string, offer: string, way: PeerWay): Promise<PeerAnswer> {
		if (this.state.current.system.safeMode)
			throw new StudioError('not-on-air', 'the studio is in safe mode: its inputs are off until a technician lets them start');
		return this.#answered(this.#guests.publish(guest, offer, way));
	}

	watch(streamer: string, offer: string, way: PeerWay): Promise<PeerAnswer> {
		return this.#answered(this.#watch(streamer, offer, way));
	}

	#watch(streamer: string, offer: string, way: PeerWay): Promise<PeerAnswer> {
		const { program, multiview, returns } = this.#streamers;
		if (streamer === 'program') return program.watch(streamer, offer, way);
		if (streamer === 'multiview') return multiview.watch(streamer, offer, way);
		const guest = /^return-(.+)$/.exec(streamer)?.[1];
		const slot = guest === undefined ? undefined : this.#sources.slots.slotOf(guest);
		if (slot === undefined) return Promise.reject(new StudioError('not-found', `there is no streamer ${streamer}`));
		return returns.watch(streamer, offer, way, `audio_${slot}`);
	}

	/** An answer that comes too late for whoever asked is not left to nobody. */
	#answered(answer: Promise<PeerAnswer>): Promise<PeerAnswer> {
		return beforeDeadline(answer, ANSWER_MS, ({ session }) => {
			if (this.#sessions.subject(session) !== null) void this.#sessions.close(session);
		});
	}

	iceServers(): Promise<IceServer[]> {
		return this.#network.iceServers();
	}

	networkStatus(): NetworkStatus {
		return this.#network.status();
	}

	testNetwork(): Promise<NetworkTest> {
		return this.#network.test();
	}

	async trickle(session: string, fragment: string): Promise<void> {
		this.#sessions.trickle(session, fragment);
	}

	closeSession(session: string): Promise<void> {
		return this.#sessions.close(session);
	}

	sessionSubject(session: string): string | null {
		return this.#sessions.subject(session);
	}

	sessionPending(session: string): boolean {
		return this.#sessions.pending(session);
	}

	onLevels(listener: (levels: Levels) => void): () => void {
		this.#levelListeners.add(listener);
		return () => this.#levelListeners.delete(listener);
	}

	onStats(listener: (hosts: Record<string, unknown>) => void): () => void {
		this.#statsListeners.add(listener);
		return () => this.#statsListeners.delete(listener);
	}

	hostStats(): Record<string, unknown> {
		return this.#supervisor.stats();
	}

	/** Returns are not counted: each guest has one. */
	#full(): string | null {
		const { program, multiview } = this.#streamers;
		const { viewers } = this.#network.settings.limits;
		if (program.rtc.peers + multiview.rtc.peers < viewers) return null;
		return `${viewers} people watch, which is the most that may (network.limits.viewers)`;
	}

	#returnsFull(): string | null {
		return this.#streamers.returns.rtc.peers < maxReturns
			? null
			: `the returns have ${maxReturns} viewers, which is the most they serve`;
	}

	#onMixer(event: string, data: Record<string, unknown>): void {
		if (event === 'slot') this.#sources.onSlot(Number(data.slot), data.video as SlotSignal, data.audio as SlotSignal);
		if (event === 'stats') {
			this.#sources.onStats(data.slots as SlotStats[]);
			this.#condition.onPicture(Number(data.peakLuma));
		}
		if (event === 'levels') this.#onLevels(data as { slots: Record<string, [number, number]>; master: [number, number] });
	}

	#onLevels({ slots, master }: { slots: Record<string, [number, number]>; master: [number, number] }): void {
		this.#condition.onSound(Math.max(...master));
		const levels: Levels = { master };
		for (const [slot, level] of Object.entries(slots)) {
			const id = this.#sources.slots.sourceOf(Number(slot));
			if (id) levels[id] = level;
		}
		for (const listener of this.#levelListeners) listener(levels);
		const now = performance.now();
		if (now - this.#levelsAt < STATS_INTERVAL_MS) return;
		this.#levelsAt = now;
		for (const [id, [left, right]] of Object.entries(levels))
			if (id !== 'master') this.#sources.setLevel(id, Math.max(left, right));
	}

	#onEncoder(event: string, data: Record<string, unknown>): void {
		if (event === 'key') {
			this.#keyFrames.add(BigInt(String(data.ptsNs)));
			this.#encodedAt = performance.now();
			this.#startStreamers();
		}
		if (event === 'stats' && Number(data.buffers) !== this.#encodedFrames) {
			this.#encodedFrames = Number(data.buffers);
			this.#encodedAt = performance.now();
		}
	}

	/** What of the program was never encoded, as its first reader found it. */
	#onEncoderGap({ fromPtsNs, toPtsNs }: Record<string, unknown>): void {
		const apartMs = Number(BigInt(String(toPtsNs)) - BigInt(String(fromPtsNs))) / 1e6;
		this.#encoder.tellCost(`${Math.round(apartMs - frameMs(this.o.canvas))} ms of the program were lost`);
	}

	/** Once. Viewers come after the program is on air: until then the processor has better to do. */
	#startStreamers(): void {
		if (this.#streamersTimer === undefined) return;
		clearTimeout(this.#streamersTimer);
		this.#streamersTimer = undefined;
		if (withoutViewers) return;
		for (const { plan } of Object.values(this.#streamers)) plan.host.start();
	}

	#startInputs(): void {
		void this.#sources.start();
		this.#rtpSources.start();
	}

	#inputsOff(): void {
		for (const id of Object.keys(this.state.current.sources)) {
			this.#sources.disconnect(id);
			this.#sources.setState(id, 'off');
		}
		this.#faults.raise({
			code: 'safe-mode',
			subject: 'service',
			message: 'the last three starts each crashed within two minutes; the inputs are off',
			remedy: 'Unplug the input that was added last, then leave safe mode (System page, or POST /api/system/safe-mode)',
		});
	}

	#onSecond(): void {
		this.#supervisor.measure();
		this.state.set('system.slots', { total: SLOTS, used: this.#sources.slots.used });
		for (const streamer of Object.values(this.#streamers)) streamer.publishAll();
		const hosts = this.hostStats();
		for (const listener of this.#statsListeners) listener(hosts);
	}
}

/** What was chosen for a source and goes with it when it comes back. */
function settingsOf({ colour, crop, fit, onLoss, delayMs, delayAuto }: Source): SourcePatch {
	return { colour, crop, fit, onLoss, ...(delayAuto ? {} : { delayMs }) };
}

/** Progress by one growing counter of one element. */
function counter(elementName: string, field: string) {
	return (element: string, event: string, data: Record<string, unknown>): number | undefined =>
		element === elementName && event === 'stats' ? Number(data[field]) : undefined;
}

/** The multiview is at most 720p and half the rate: it is looked at in tiles, and the first thing to save on. */
function multiviewCanvasFor({ width, height, fpsNum, fpsDen }: Canvas): Canvas {
	const scale = Math.min(1, 1280 / width);
	const even = (value: number) => Math.round((value * scale) / 8) * 8;
	return { width: even(width), height: even(height), fpsNum, fpsDen: fpsDen * 2 };
}

function initialState({ canvas, version }: LiveStudioOptions): Omit<State, 'seq'> {
	return {
		sources: {},
		guests: {},
		door: {},
		removed: {},
		scenes: {},
		buses: { preview: null, program: null, transition: null },
		audio: {},
		overlays: {},
		recordings: {},
		targets: {},
		streamers: {},
		encoders: {},
		faults: [],
		system: {
			version,
			startedAt: new Date().toISOString(),
			safeMode: false,
			canvas,
			slots: { total: SLOTS, used: 0 },
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
