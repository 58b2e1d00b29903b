import type { Strip, StripPatch } from './contract/audio.js';
import type { Applied, Take } from './contract/buses.js';
import type { FaultCode } from './contract/faultKinds.js';
import type { Fault, PastFault } from './contract/faults.js';
import type { GuestMessage } from './contract/guestChannel.js';
import type { Guest, GuestPatch } from './contract/guests.js';
import type { IceServer } from './contract/iceServer.js';
import type { NetworkStatus, NetworkTest } from './contract/network.js';
import type { Recording, RecordingCreate } from './contract/recordings.js';
import type { LayerPatch, Scene, ScenePut } from './contract/scenes.js';
import type { Source, SourceCreate, SourcePatch } from './contract/sources.js';
import type { System } from './contract/system.js';
import type { Target, TargetCreate, TargetPatch } from './contract/targets.js';
import type { Alerts } from './faults/alerts.js';
import type { FaultReport } from './faults/faults.js';
import type { Health } from './health/health.js';
import type { PeerWay } from './network/peerWay.js';
import type { LiveState } from './state/state.js';
import type { Tables } from './util/boundedMap.js';

/** Peak dBFS of the last 50 ms by strip id (source ids and `master`), [left, right]; −100 is silence. */
export type Levels = Record<string, [number, number]>;

/** A WebRTC session made by WHIP or WHEP. `session` is unguessable: it is the last part of the Location. */
export interface PeerAnswer {
	session: string;
	answer: string;
}

/**
 * Everything a request can ask of the running show. HTTP only translates to this. Every method throws StudioError for
 * what the caller did wrong or what cannot be done now; every promise settles in bounded time.
 */
export interface Studio {
	readonly state: LiveState;
	/** What was measured of the machine. */
	readonly health: Health;
	readonly alerts: Alerts;
	/** What it keeps that clients can make more of. */
	readonly tables: Tables;
	/** True while program frames advance. */
	onAir(): boolean;
	faults(): Fault[];
	/** For what goes wrong beside the show: certificates, the tunnel. */
	raiseFault(fault: FaultReport): void;
	clearFault(code: FaultCode, subject: string): void;
	/** Those that are over, of the last 24 hours. */
	pastFaults(): PastFault[];
	/** Somebody has taken note of a fault that does not end by itself. */
	acknowledgeFault(code: string, subject: string): void;
	/** Starts the inputs that safe mode kept off. */
	leaveSafeMode(): System;

	patchSource(id: string, patch: SourcePatch): Promise<Source>;

	createSource(source: SourceCreate): Promise<Source>;
	/** `replacement`: the scene that goes on air first when the source is on air; else the program goes on without it. */
	deleteSource(id: string, replacement?: string): Promise<void>;
	/** Undoes a removal of a moment ago. Throws not-found when it is too late. */
	restoreSource(id: string): Promise<Source>;

	createGuest(name: string): Guest;
	patchGuest(id: string, patch: GuestPatch): Guest;
	/** Adds to the conversation with a guest. Throws rate-limited. */
	addMessage(guest: string, from: GuestMessage['from'], text: string): GuestMessage;
	seenMessage(guest: string, id: number): void;
	/** As `deleteSource`. */
	removeGuest(id: string, replacement?: string): Promise<void>;
	restoreGuest(id: string): Promise<Guest>;

	/** Throws conflict, with the scene as it is, when the version that was seen is not that any more. */
	putScene(id: string, scene: ScenePut): Promise<Scene>;
	patchLayer(id: string, index: number, patch: LayerPatch): Promise<Scene>;
	deleteScene(id: string): Promise<void>;
	setPreview(scene: string): Promise<Applied>;
	cut(scene: string): Promise<Applied>;
	take(take: Take): Promise<Applied>;
	/** The program goes on without a source. Throws conflict when it is not on air. */
	showWithout(source: string): Promise<Applied>;

	patchStrip(strip: string, patch: StripPatch): Promise<Strip>;

	startRecording(options: RecordingCreate): Promise<Recording>;
	stopRecording(id: string): Promise<Recording>;
	deleteRecording(id: string): Promise<void>;
	/** Absolute path of one file of a recording; throws not-found. */
	recordingFile(id: string, name: string): Promise<string>;

	createTarget(target: TargetCreate): Promise<Target>;
	patchTarget(id: string, patch: TargetPatch): Promise<Target>;
	deleteTarget(id: string): Promise<void>;

	/** WHIP: the guest's offer in, the answer out (all candidates in it). Takes over the seat of an earlier session. */
	publish(guest: string, offer: string, way: PeerWay): Promise<PeerAnswer>;
	/** WHEP: a viewer of `streamer`. */
	watch(streamer: string, offer: string, way: PeerWay): Promise<PeerAnswer>;
	/** STUN and TURN servers for one session of a browser. */
	iceServers(): Promise<IceServer[]>;
	networkStatus(): NetworkStatus;
	/** Tries every way in; takes some seconds. */
	testNetwork(): Promise<NetworkTest>;
	/** A trickle-ice-sdpfrag for a session of `publish` or `watch`. */
	trickle(session: string, fragment: string): Promise<void>;
	closeSession(session: string): Promise<void>;
	/** The subject of a session: guest id or streamer id, null when there is no such session. */
	sessionSubject(session: string): string | null;
	/** True while a session was answered and its connection is not made yet. */
	sessionPending(session: string): boolean;

	/** Levels 20 times a second, and host statistics once a second, until the returned function is called. */
	onLevels(listener: (levels: Levels) => void): () => void;
	onStats(listener: (hosts: Record<string, unknown>) => void): () => void;
	/** Prometheus text of the media side is built from these. */
	hostStats(): Record<string, unknown>;
}
