import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { type Canvas, frameMs } from '../pipelines/canvas.js';
import { encoder, videoKbpsFor } from '../pipelines/encoder.js';
import { mixer } from '../pipelines/mixer.js';
import type { TestOptions } from './cli/testOptions.js';
import { pastFaultSchema } from './contract/faults.js';
import type { State } from './contract/state.js';
import { tallyOf } from './contract/tally.js';
import { EncoderChoice } from './encoders/choose.js';
import { EncoderMonitor } from './encoders/monitor.js';
import { OnAir } from './encoders/onAir.js';
import { probe } from './encoders/probe.js';
import { videoEncoders } from './encoders/table.js';
import { Alerts } from './faults/alerts.js';
import { Faults } from './faults/faults.js';
import { showSettingsFault } from './faults/settingsFault.js';
import { Conversations } from './guests/conversations.js';
import type { Door } from './guests/door.js';
import { doorToSeats } from './guests/doorSeats.js';
import { GuestActions } from './guests/guestActions.js';
import { Guests } from './guests/guests.js';
import { Health } from './health/health.js';
import { HostFigures } from './hosts/hostFigures.js';
import { linkProgress } from './hosts/linkProgress.js';
import { Supervisor } from './hosts/supervisor.js';
import { ProgramLevels } from './mixer/levels.js';
import { MixerControl } from './mixer/mixerControl.js';
import { ProgramCondition } from './mixer/programCondition.js';
import { Network } from './network/network.js';
import { Recorder } from './recordings/recorder.js';
import { type PeerMedia, peerMedia } from './rtc/media.js';
import { RtcSessions } from './rtc/sessions.js';
import { Switcher } from './scenes/switcher.js';
import type { Settings } from './settings/settings.js';
import type { ShowLog } from './showLog/showLog.js';
import { Inputs } from './sources/inputs.js';
import { guestKind } from './sources/kinds/guest.js';
import { HdmiInputs } from './sources/kinds/hdmi.js';
import { RtpSources } from './sources/kinds/rtp.js';
import { TestSources } from './sources/kinds/test.js';
import type { SourceKind } from './sources/kinds.js';
import { Removals } from './sources/removals.js';
import { SourceActions } from './sources/sourceActions.js';
import { Sources } from './sources/sources.js';
import { WaitingInputs } from './sources/waiting.js';
import { LiveState } from './state/state.js';
import type { DeviceKey } from './store/deviceKey.js';
import type { Store } from './store/store.js';
import { Streamers } from './streamers/streamers.js';
import type { BootGuard } from './system/bootGuard.js';
import { SafeMode } from './system/safeMode.js';
import type { ProgramSign } from './system/watchdog.js';
import { RtpTargets } from './targets/kinds/rtp/kind.js';
import { Receivers } from './targets/receivers.js';
import { Targets } from './targets/targets.js';
import type { Tables } from './util/boundedMap.js';
import type { Log } from './util/log.js';
import { pluginPath } from './util/program.js';

/** Inputs of the mixer, and tiles of the multiview. */
const SLOTS = 12;
const OPUS_KBPS = 128;
const AAC_KBPS = 160;

/** A part of the show with its own life. */
interface Feature {
	/** As it was when the service ended, before anything runs: a guest who calls now is known. */
	restore?(): void;
	start?(): void;
	stop?(): void | Promise<void>;
}

export interface StudioOptions {
	canvas: Canvas;
	dataDir: string;
	demo: boolean;
	viewers: boolean;
	test: TestOptions;
	/** Start without inputs: three starts in a row have crashed. */
	guard: BootGuard;
	version: string;
	store: Store;
	settings: Settings;
	/** Seals what clients keep. */
	key: DeviceKey;
	/** Whether there is a technician, so that somebody could let guests in. */
	setUp: () => boolean;
	showLog: ShowLog;
	log: Log;
}

/** The running show, noun by noun. */
export interface Studio {
	state: LiveState;
	faults: Faults;
	health: Health;
	alerts: Alerts;
	network: Network;
	onAir: OnAir;
	levels: ProgramLevels;
	figures: HostFigures;
	safeMode: SafeMode;
	sources: SourceActions;
	guests: GuestActions;
	door: Door;
	conversations: Conversations;
	scenes: Switcher;
	recordings: Recorder;
	targets: Targets;
	media: PeerMedia;
	/** Tables that clients can grow. */
	readonly tables: Tables;
	/** For the watchdog. */
	programSign(): ProgramSign;
	/** Gets the first process ready while the show is restored. */
	warm(): void;
	restore(): void;
	/** Starts every host, the most urgent first; the program is on air a moment later. */
	start(): Promise<void>;
	stop(): Promise<void>;
}

/** Puts the show together. Nothing runs before `restore` and `start`. */
export function createStudio(o: StudioOptions): Studio {
	const { canvas, dataDir, log, store, settings, test } = o;
	// One run of the service; links of different runs never meet.
	const instance = randomBytes(4).toString('hex');
	const state = new LiveState(initialState(o));
	const faults = new Faults(state, log, {
		load: () => store.settings.get('pastFaults', z.array(pastFaultSchema)) ?? [],
		save: (past) => store.settings.set('pastFaults', past),
	});
	const network = new Network({ settings, faults });
	const sessions = new RtcSessions();
	const supervisor = new Supervisor({ ...process.env, GST_PLUGIN_PATH: pluginPath }, faults, log, test.holdOffFailures);
	const figures = new HostFigures(supervisor);

	const mixerHost = supervisor.add({
		role: 'mixer',
		name: 'program',
		launch: () => mixer({ instance, canvas, slots: SLOTS }),
		progress: ({ factory, event, data }) => (factory === 'r58mixer' && event === 'stats' ? data.frames : undefined),
	});
	const program = new MixerControl(mixerHost);
	const kbps = videoKbpsFor(canvas);
	const tryOut = { canvas, kbps, process: () => supervisor.process() };
	const choice = new EncoderChoice({ table: videoEncoders, probe: (encoder) => probe(encoder, tryOut), log });
	const videoEncoder = () => choice.current;
	const encoderHost = supervisor.add({
		role: 'encoder',
		name: 'program',
		launch: () => encoder({ instance, canvas, video: videoEncoder(), videoKbps: kbps, aacKbps: AAC_KBPS, opusKbps: OPUS_KBPS }),
		progress: linkProgress('program-h264'),
	});
	const encoded = new EncoderMonitor({
		id: 'program',
		host: encoderHost,
		link: 'program-h264',
		encoder: videoEncoder,
		canvas,
		kbps,
		state,
	});

	const streamers = new Streamers({
		instance,
		canvas,
		slots: SLOTS,
		encoder: videoEncoder,
		state,
		supervisor,
		sessions,
		network,
		program: encoded,
		slotOf: (guest) => sources.slots.slotOf(guest),
		viewers: o.viewers,
	});
	const multiview = streamers.multiviewMixer;
	const onAir = new OnAir(encoderHost, 'program-h264', () => streamers.begin());
	// Parts of the program that were never encoded, as its first reader found them.
	streamers.programHost.on('event', ({ factory, element, event, data }) => {
		if (factory !== 'r58linksrc' || element !== 'program-h264' || event !== 'gap') return;
		const apartMs = Number(BigInt(data.toPtsNs) - BigInt(data.fromPtsNs)) / 1e6;
		encoderHost.tellCost(Math.round(apartMs - frameMs(canvas)));
	});

	const mixers = () => [program, multiview];
	const sources = new Sources({ instance, canvas, slots: SLOTS, state, settings: store.settings, supervisor, faults, mixers });
	const waiting = new WaitingInputs(faults);
	const removals = new Removals(state);
	const scenes = new Switcher({ canvas, state, store, sources, program, multiview });
	const conversations = new Conversations(state);
	const condition = new ProgramCondition({ state, faults, chosen: () => scenes.chosen });
	const levels = new ProgramLevels({
		host: mixerHost,
		sourceOf: (slot) => sources.slots.sourceOf(slot),
		onLevel: (source, levelDb) => sources.setLevel(source, levelDb),
		onMaster: (levelDb) => condition.onSound(levelDb),
	});
	mixerHost.on('event', ({ factory, event, data }) => {
		if (factory !== 'r58mixer') return;
		if (event === 'slot') sources.onSlot(data.slot, data.video, data.audio);
		if (event === 'stats') {
			sources.onStats(data.slots);
			condition.onPicture(data.peakLuma);
		}
	});
	mixerHost.on('down', () => condition.unknown());
	const publishSlots = state.own('slots');
	figures.on(() => publishSlots({ total: SLOTS, used: sources.slots.used }));

	const guests = new Guests({
		instance,
		canvas,
		state,
		settings: store.settings,
		supervisor,
		sources,
		sessions,
		network,
		onAir: (id) => tallyOf(id, state.current) === 'program',
		faults,
		seatMs: test.seatMs,
	});
	const guestActions = new GuestActions({
		state,
		store,
		guests,
		sources,
		scenes,
		returns: { open: (guest) => streamers.openReturn(guest), close: (guest) => streamers.closeReturn(guest) },
		conversations,
		removals,
		waiting,
	});

	const door = doorToSeats({ state, store, settings, guests: guestActions, setUp: o.setUp, key: o.key, log });

	const onAdded = (id: string) => scenes.addSource(id);
	const kind = { instance, canvas, state, store, settings: store.settings, supervisor, sources, faults, waiting, log, onAdded };
	const cameras = o.demo ? new TestSources({ ...kind, flash: test.demoFlash === 1 }) : new HdmiInputs(kind);
	const rtp = new RtpSources(kind);
	const kinds: SourceKind[] = [cameras, guestKind(guestActions), rtp];
	const inputs = new Inputs({ state, sources, kinds });
	const sourceActions = new SourceActions({ state, sources, kinds, scenes, removals, waiting });
	const safeMode = new SafeMode({ guard: o.guard, state, faults, inputs });

	const receivers = new Receivers(() => settings.current.network.specialTargets);
	const targets = new Targets({ state, store, supervisor, kinds: { rtp: new RtpTargets({ instance, receivers }) } });
	const recordings = new Recorder({
		instance,
		canvas,
		dataDir,
		state,
		store,
		faults,
		supervisor,
		tracks: [
			{ link: { video: 'program.h264', audio: 'program.aac' }, keyFrames: onAir.keyFrames, prefix: 'program', source: null },
		],
		showLog: o.showLog,
	});
	const health = new Health({ dataDir, log, state, faults, onAir: () => onAir.now });
	const alerts = new Alerts({ state, faults, settings });

	/** Restored and started in this order, stopped in reverse. */
	const features: Feature[] = [
		// Before anything runs that may crash: a start that ends there counts too.
		{ restore: () => safeMode.restore() },
		{ restore: showStartFaults, stop: () => faults.flush() },
		supervisor,
		{ start: () => mixerHost.start() },
		{ start: () => encoderHost.start() },
		{ restore: () => inputs.restore(), stop: () => guests.stop() },
		door,
		{ start: () => safeMode.start() },
		targets,
		scenes,
		{ restore: () => recordings.restore(), stop: () => recordings.stopAll() },
		{ stop: () => inputs.stop() },
		streamers,
		{ restore: showLeftOut },
		health,
		alerts,
		network,
		figures,
	];

	function showStartFaults(): void {
		if (store.fault) faults.raise(store.fault);
		showSettingsFault(settings, faults);
	}
	function showLeftOut(): void {
		for (const fault of store.leftOut.faults()) faults.raise(fault);
	}

	return {
		state,
		faults,
		health,
		alerts,
		network,
		onAir,
		levels,
		figures,
		safeMode,
		sources: sourceActions,
		guests: guestActions,
		door,
		conversations,
		scenes,
		recordings,
		targets,
		media: peerMedia({ sessions, guests, streamers, isSafeMode: () => safeMode.current }),
		get tables() {
			return { ...network.tables, ...conversations.tables, 'removals that can be undone': removals.table };
		},
		programSign() {
			const stats = mixerHost.stats.mixer;
			return { frames: stats && 'lateFrames' in stats ? stats.frames : null, heldOff: mixerHost.state === 'held-off' };
		},
		warm: () => void supervisor.warm(),
		restore() {
			for (const feature of features) feature.restore?.();
		},
		async start() {
			await supervisor.warm();
			await choice.make();
			for (const feature of features) feature.start?.();
		},
		async stop() {
			for (const feature of features.toReversed()) await feature.stop?.();
		},
	};
}

function initialState({ canvas, version }: StudioOptions): Omit<State, 'seq'> {
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
