/**
 * The shapes that cross the API, once: requests are validated with them, the OpenAPI document and the panel's types are
 * derived from them. Nanosecond times are decimal strings; coordinates are 0–1 of the canvas.
 */
import { z } from 'zod';
import { showPlanSchema } from '../ready/check.js';
import { guestMessageSchema, guestVideoSchema } from './guestChannel.js';
import { humanText } from './humanText.js';

export const errorCodes = [
	'bad-json',
	'invalid',
	'unauthorized',
	'revoked',
	'forbidden',
	'not-found',
	'method-not-allowed',
	'conflict',
	'too-large',
	'unsupported-media-type',
	'bad-sdp',
	'unsupported-media',
	'busy',
	'no-slot',
	'not-on-air',
	'disk',
	'timeout',
	'rate-limited',
	'misdirected',
	'internal',
] as const;
export type ErrorCode = (typeof errorCodes)[number];

export const roles = ['viewer', 'guest', 'operator', 'technician'] as const;
export type Role = (typeof roles)[number];

const id = z
	.string()
	.regex(/^[a-z0-9][a-z0-9-]{0,63}$/, 'must be 1–64 lower-case letters, digits and dashes, starting with a letter or digit')
	// Every object has it: looked up in a collection it would be found.
	.refine((text) => text !== 'constructor', 'is a reserved name');
const label = humanText(80);
const colour = z.string().regex(/^#[0-9a-f]{6}$/i, 'must be a colour like #3366cc');
const ns = z.string().regex(/^\d+$/);
const unit = z.number().min(0).max(1);
/** RFC 1123 §2.1; the last label has a letter, so that a mistyped address is no name. */
const hostName = /^(?=.{1,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)*(?=[a-z0-9-]*[a-z])[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/i;
export const idSchema = id;
const alsaDevice = z
	.string()
	.max(80)
	.regex(/^(plug)?hw:CARD=[A-Za-z0-9_-]+,DEV=\d+$/, 'must be like hw:CARD=Loopback,DEV=1');

export const cropSchema = z.strictObject({ left: unit, top: unit, right: unit, bottom: unit });
export const fitSchema = z.enum(['contain', 'cover', 'fill']);

/* ---- sources ---- */
export const sourceKinds = ['test', 'hdmi', 'guest', 'desktop', 'media', 'rtp', 'black'] as const;
export const sourceStates = ['starting', 'live', 'no-signal', 'fault', 'off'] as const;
/** Ports below belong to the system. */
const port = z.number().int().min(1024).max(65_535);
export const rtpInputSchema = z.object({
	video: z.strictObject({ port, codec: z.enum(['h264', 'vp8']) }).nullable(),
	/** Opus. */
	audio: z.strictObject({ port }).nullable(),
	/** Who may send: programs on this machine, or all who reach it. */
	listen: z.enum(['loopback', 'all']),
});
export type RtpInput = z.infer<typeof rtpInputSchema>;
export const sourceSchema = z.object({
	id,
	kind: z.enum(sourceKinds),
	label,
	colour,
	/** live: frames advance. no-signal: the process runs but nothing arrives. fault: it is being restarted. */
	state: z.enum(sourceStates),
	slot: z.number().int().optional(),
	video: z.object({ width: z.number().int(), height: z.number().int(), fps: z.number() }).nullable(),
	audio: z.object({ channels: z.number().int(), levelDb: z.number().nullable() }).nullable(),
	/** Sound card whose sound goes with the picture, one of system.soundCards; null = what the source itself brings. */
	alsaDevice: alsaDevice.nullable(),
	/** Of picture and sound alike. */
	delayMs: z.number(),
	/** The delay follows how late the source comes; guests alone. */
	delayAuto: z.boolean(),
	crop: cropSchema,
	fit: fitSchema,
	onLoss: z.enum(['hold', 'backup', 'slate']),
	backup: id.nullable(),
	/** Its picture is lost, and the mixer still has the last one: `onLoss: hold` shows it. */
	held: z.boolean(),
	/** Where the packets of a source of kind rtp are taken. */
	rtp: rtpInputSchema.optional(),
	lastError: z.string().nullable(),
});
export type Source = z.infer<typeof sourceSchema>;

const hasStream = ({ video, audio }: Pick<RtpInput, 'video' | 'audio'>) => video !== null || audio !== null;
const noStream = 'needs video, audio or both';
const portsDiffer = ({ video, audio }: Pick<RtpInput, 'video' | 'audio'>) => video?.port !== audio?.port;
const samePort = { path: ['audio', 'port'], error: 'must differ from the port of video' };

export const sourceCreateSchema = z
	.strictObject({
		kind: z.literal('rtp', 'only sources of kind rtp are made; the others come by themselves'),
		label,
		video: z
			.strictObject({ port, codec: z.enum(['h264', 'vp8']).default('h264') })
			.nullable()
			.default(null),
		audio: rtpInputSchema.shape.audio.default(null),
		listen: rtpInputSchema.shape.listen.default('loopback'),
	})
	.refine(hasStream, noStream)
	.refine(portsDiffer, samePort);
export type SourceCreate = z.infer<typeof sourceCreateSchema>;

export const sourcePatchSchema = z
	.strictObject({
		label,
		colour,
		delayMs: z.number().min(0).max(1000),
		delayAuto: z.boolean(),
		alsaDevice: alsaDevice.nullable(),
		crop: cropSchema,
		fit: fitSchema,
		onLoss: z.enum(['hold', 'backup', 'slate']),
		backup: id.nullable(),
		/** Of sources of kind rtp alone: other ports, codec or senders. */
		rtp: z.strictObject(rtpInputSchema.shape).refine(hasStream, noStream).refine(portsDiffer, samePort),
	})
	.partial();
export type SourcePatch = z.infer<typeof sourcePatchSchema>;

/* ---- how peers reach this machine ---- */
export const candidateSchema = z.object({
	type: z.enum(['host', 'srflx', 'prflx', 'relay']).catch('host'),
	transport: z.enum(['udp', 'tcp']),
	address: z.string(),
	port: z.number().int(),
});
export type Candidate = z.infer<typeof candidateSchema>;
/** A STUN or TURN server, asked by this machine. */
export const serverCheckSchema = z.object({
	name: z.string(),
	url: z.string(),
	kind: z.enum(['stun', 'turn']),
	transport: z.enum(['udp', 'tcp', 'tls']),
	state: z.enum(['ok', 'failed']),
	message: z.string(),
	/** Why the device itself does not use it; null when it does. */
	unused: z.string().nullable(),
	/** As which the server sees this machine, or relays for it. */
	address: z.string().nullable(),
	rttMs: z.number().nullable(),
	checkedAt: z.string(),
});
export type ServerCheck = z.infer<typeof serverCheckSchema>;
/** How far a peer came: what was tried, and what was chosen. */
export const connectionSchema = z.object({
	/** As libnice calls it: gathering, connecting, connected, ready, failed. */
	ice: z.string(),
	dtls: z.enum(['new', 'closed', 'failed', 'connecting', 'connected']),
	local: z.array(candidateSchema),
	remote: z.array(candidateSchema),
	/** The addresses that found each other, or null. */
	pair: z.object({ local: candidateSchema, remote: candidateSchema }).nullable(),
	/** What the servers said when there was no connection. */
	servers: z.array(serverCheckSchema).default([]),
});
export type Connection = z.infer<typeof connectionSchema>;
export const networkStatusSchema = z.object({
	addresses: z.array(
		z.object({
			interface: z.string(),
			address: z.string(),
			family: z.enum(['IPv4', 'IPv6']),
			kind: z.enum(['lan', 'vpn', 'public', 'loopback']),
			name: z.string(),
			/** Peers are told it. */
			used: z.boolean(),
		}),
	),
	servers: z.array(serverCheckSchema),
});
export type NetworkStatus = z.infer<typeof networkStatusSchema>;
export const networkTestItemSchema = z.object({
	id: z.enum(['lan', 'stun', 'turn-udp', 'turn-tcp', 'turn-tls', 'forwarded-port', 'public-page']),
	label: z.string(),
	/** off: not set up. unknown: it cannot be tested from here. */
	state: z.enum(['ok', 'fails', 'off', 'unknown']),
	message: z.string(),
	remedy: z.string().nullable(),
});
export type NetworkTestItem = z.infer<typeof networkTestItemSchema>;
export const networkTestSchema = z.object({
	items: z.array(networkTestItemSchema),
	/** What a guest who is not in this network will experience. */
	outside: z.string(),
	testedAt: z.string(),
});
export type NetworkTest = z.infer<typeof networkTestSchema>;
export const iceServerSchema = z.object({
	urls: z.array(z.string()),
	username: z.string().optional(),
	credential: z.string().optional(),
});

/* ---- guests ---- */
export const guestStates = ['invited', 'connecting', 'connected', 'lost'] as const;
export const guestSchema = z.object({
	/** `guest-…`, also the id of the guest's source and audio strip. */
	id,
	name: label,
	state: z.enum(guestStates),
	path: z.enum(['lan', 'direct', 'relay']).nullable(),
	rttMs: z.number().nullable(),
	lossPct: z.number().nullable(),
	kbps: z.number().nullable(),
	codec: z.string().nullable(),
	video: guestVideoSchema.nullable(),
	/** Connected, and for more than a second neither picture nor sound has come: muted, or nothing moves. */
	nothingSent: z.boolean(),
	/** Highest bitrate of the picture that the guest's page may send; null = no cap. */
	maxKbps: z.number().int().nullable(),
	/** The newest of the conversation, and up to which one the guest has read. */
	messages: z.array(guestMessageSchema),
	seenMessage: z.number().int(),
	lastError: z.string().nullable(),
	/** Of the present connection, or of the last one that did not come about. */
	connection: connectionSchema.nullable(),
	createdAt: z.string(),
});
export type Guest = z.infer<typeof guestSchema>;
/** How long an invite may be opened; once opened it holds its seat for a day from then. */
const inviteSeconds = z
	.number()
	.int()
	.min(300)
	.max(90 * 86_400)
	.default(7 * 86_400);
export const guestCreateSchema = z.strictObject({ name: label, expiresInS: inviteSeconds });
export const guestPatchSchema = z
	.strictObject({ name: label, maxKbps: z.number().int().min(100).max(20_000).nullable() })
	.partial();
export type GuestPatch = z.infer<typeof guestPatchSchema>;
export const guestInviteSchema = z.object({
	id,
	token: z.string(),
	joinUrl: z.string(),
	whipUrl: z.string(),
	returnUrl: z.string(),
	/** The invite among those of the guest. */
	invite: id,
	expiresAt: z.string(),
	/** The join link as a QR code, SVG. */
	qrSvg: z.string(),
});
export type GuestInvite = z.infer<typeof guestInviteSchema>;

export const inviteCreateSchema = z.strictObject({ expiresInS: inviteSeconds });
export const inviteSchema = z.object({
	id,
	createdAt: z.string(),
	expiresAt: z.string().nullable(),
	/** When it was opened first. */
	usedAt: z.string().nullable(),
});
export type Invite = z.infer<typeof inviteSchema>;

/* ---- the door: who came without an invite ---- */
export const knockSchema = z.strictObject({
	name: label,
	/** From when this browser was let in before: it has a place to wait in. */
	pass: z.string().max(200).optional(),
});
export const knockMadeSchema = z.object({
	/** What the one who waits asks with. */
	ticket: z.string(),
	expiresInS: z.number().int(),
});
export type KnockMade = z.infer<typeof knockMadeSchema>;
export const ticketSchema = z.strictObject({ ticket: z.string().min(1).max(100) });
export const ticketStateSchema = z.discriminatedUnion('state', [
	z.object({ state: z.literal('waiting') }),
	z.object({ state: z.literal('admitted'), token: z.string(), pass: z.string() }),
	z.object({ state: z.literal('refused') }),
	/** Too many people knock: somebody new has the place. */
	z.object({ state: z.literal('gave-way') }),
]);
export type TicketState = z.infer<typeof ticketStateSchema>;
export const visitorSchema = z.object({
	id,
	name: label,
	/** The address of the machine that waits. */
	address: z.string(),
	since: z.string(),
});
export type Visitor = z.infer<typeof visitorSchema>;

/** Whether media can reach this guest, told before joining. */
export const reachSchema = z.object({
	/** How the page came: over the network of the studio, or over its public name. */
	via: z.enum(['lan', 'public']),
	/** maybe: only by hole punching, which some networks do not let through. */
	media: z.enum(['yes', 'maybe', 'no']),
	/** Pages of the studio on its own network, for a guest who is in the house after all. */
	lanUrls: z.array(z.string()),
});
export type Reach = z.infer<typeof reachSchema>;

/* ---- certificates ---- */
export const certificateInstallSchema = z.strictObject({
	/** The server's certificate, then those that signed it, without the root; PEM. */
	chainPem: z.string().min(1).max(32_768),
	/** Its private key without a password, PEM. */
	keyPem: z.string().min(1).max(16_384),
});
export const certificateInfoSchema = z.object({
	/** own: installed by a technician. acme: got for the public name. device: signed by the device's own authority. */
	kind: z.enum(['own', 'acme', 'device']),
	names: z.array(z.string()),
	/** Names and addresses of the studio that it is not for; for these the next in the list is served. */
	lacks: z.array(z.string()),
	issuer: z.string(),
	validFrom: z.string(),
	validTo: z.string(),
	/** SHA-256. */
	fingerprint: z.string(),
});
export type CertificateInfo = z.infer<typeof certificateInfoSchema>;
export const certificatesSchema = z.object({
	authority: z.object({
		name: z.string(),
		fingerprint: z.string(),
		validTo: z.string(),
		/** It may sign for any name, and is to be replaced. */
		unbounded: z.boolean(),
	}),
	/** In the order they are chosen by the name a browser asks for. */
	served: z.array(certificateInfoSchema),
	acmeError: z.string().nullable(),
});
export type Certificates = z.infer<typeof certificatesSchema>;

export const tunnelSchema = z.object({
	state: z.enum(['off', 'connecting', 'up', 'waiting']),
	lastError: z.string().nullable(),
	/** To be put into authorized_keys of the server. */
	publicKey: z.string(),
});

/* ---- scenes and buses ---- */
const layerFields = {
	/** A source id, or null for an empty slot of a layout. */
	source: id.nullable(),
	x: unit,
	y: unit,
	w: unit.gt(0),
	h: unit.gt(0),
	z: z.number().int().min(0).max(99),
	fit: fitSchema,
	crop: cropSchema,
	alpha: unit,
	border: z.strictObject({ width: z.number().int().min(0).max(32), colour }).nullable(),
};
export const layerSchema = z.strictObject({
	...layerFields,
	z: layerFields.z.default(0),
	fit: fitSchema.default('contain'),
	crop: cropSchema.default({ left: 0, top: 0, right: 0, bottom: 0 }),
	alpha: unit.default(1),
	border: layerFields.border.default(null),
});
export type Layer = z.infer<typeof layerSchema>;
/** Grows with every change of the scene. Who sends back the one that was seen overwrites nothing newer: 409 instead. */
const sceneVersion = z.number().int().min(0);
export const sceneSchema = z.strictObject({ id, label, layers: z.array(layerSchema).max(12), version: sceneVersion });
export type Scene = z.infer<typeof sceneSchema>;
/** What is kept of a scene. */
export type SceneContent = Omit<Scene, 'version'>;
/** PUT body: the id comes from the path and may be repeated. */
export const scenePutSchema = z.strictObject({
	id: id.optional(),
	label: label.optional(),
	layers: z.array(layerSchema).max(12),
	version: sceneVersion.optional(),
});
export type ScenePut = z.infer<typeof scenePutSchema>;
/** One slot alone. With the version of the scene it is refused only when this slot has changed since. */
export const layerPatchSchema = z.strictObject({ ...layerFields, version: sceneVersion }).partial();
export type LayerPatch = z.infer<typeof layerPatchSchema>;

export const transitionKinds = ['cut', 'mix', 'dip', 'wipe'] as const;
export const busesSchema = z.object({
	preview: id.nullable(),
	program: id.nullable(),
	transition: z
		.object({
			kind: z.enum(transitionKinds),
			durationMs: z.number(),
			frames: z.number().int(),
			startFrame: z.number().int(),
			endFrame: z.number().int(),
		})
		.nullable(),
});
export type Buses = z.infer<typeof busesSchema>;
export const previewPutSchema = z.strictObject({ scene: id });
export const cutSchema = z.strictObject({ scene: id });
/** What the program is to go on without. */
export const withoutSchema = z.strictObject({ source: id });
/** Where the program goes when what is removed is on air; left out, it goes on without it. */
export const removeQuerySchema = z.object({ scene: id.optional() });
export const takeSchema = z.strictObject({
	kind: z.enum(transitionKinds).default('cut'),
	durationMs: z.number().int().min(0).max(10_000).default(500),
});
export type Take = z.infer<typeof takeSchema>;
/** What take, cut and preview answer: the buses after it, and the first program frame that shows it. `frame` is the
 * number of the frame on the machine's grid (k·den/num from monotonic 0), `ptsNs` its time. */
export const appliedSchema = z.object({
	preview: id.nullable(),
	program: id.nullable(),
	transition: busesSchema.shape.transition,
	frame: z.number().int(),
	ptsNs: ns,
});
export type Applied = z.infer<typeof appliedSchema>;

/* ---- audio ---- */
export const audioModes = ['off', 'on', 'afv'] as const;
export const stripSchema = z.object({
	gainDb: z.number(),
	mute: z.boolean(),
	pan: z.number(),
	mode: z.enum(audioModes),
	delayMs: z.number(),
});
export type Strip = z.infer<typeof stripSchema>;
export const stripPatchSchema = z
	.strictObject({
		gainDb: z.number().min(-60).max(12),
		mute: z.boolean(),
		pan: z.number().min(-1).max(1),
		mode: z.enum(audioModes),
		delayMs: z.number().min(0).max(500),
	})
	.partial();
export type StripPatch = z.infer<typeof stripPatchSchema>;

/* ---- recordings ---- */
export const recordingFileSchema = z.object({
	name: z.string(),
	/** log: what happened meanwhile; it has no picture, and part 0. */
	role: z.enum(['program', 'iso', 'log']),
	source: id.nullable(),
	part: z.number().int(),
	bytes: z.number().int(),
	width: z.number().int(),
	height: z.number().int(),
	fps: z.number(),
	codec: z.string(),
	/** What of the program is in it: from startPtsNs up to, but without, endPtsNs; a part goes on where the one before ends.
	 * Null while nothing complete is in the file, and for files of older versions. */
	startPtsNs: ns.nullable(),
	endPtsNs: ns.nullable(),
});
export const recordingSchema = z.object({
	id,
	name: z.string(),
	state: z.enum(['starting', 'recording', 'stopping', 'finished', 'fault']),
	startedAt: z.string(),
	startFrame: z.number().int().nullable(),
	startPtsNs: ns.nullable(),
	durationMs: z.number(),
	files: z.array(recordingFileSchema),
	lastError: z.string().nullable(),
});
export type Recording = z.infer<typeof recordingSchema>;
export const recordingCreateSchema = z.strictObject({
	name: label.optional(),
	iso: z.array(id).max(12).optional(),
	/** The file starts this much earlier, seconds, as far as the encoder remembers. */
	prerollS: z.number().min(0).max(10).default(0),
});
export type RecordingCreate = z.input<typeof recordingCreateSchema>;

/* ---- targets ---- */
/** An address, or a name that the machine's resolver is asked for. */
const host = z.union([z.ipv4(), z.ipv6(), z.string().regex(hostName)], 'must be an IP address or a host name');
const rtpTargetFields = {
	label,
	host,
	videoPort: port.nullable(),
	audioPort: port.nullable(),
	/** False keeps the target without sending. */
	enabled: z.boolean(),
};
export const targetSchema = z.object({
	id,
	kind: z.enum(['rtp']),
	...rtpTargetFields,
	/** live: packets leave. Nobody says whether they arrive. */
	state: z.enum(['off', 'starting', 'live', 'fault']),
	packets: z.number().int(),
	bytes: z.number().int(),
	kbps: z.number().nullable(),
	lastError: z.string().nullable(),
});
export type Target = z.infer<typeof targetSchema>;
export const targetCreateSchema = z.strictObject({
	kind: z.literal('rtp', 'must be rtp'),
	...rtpTargetFields,
	videoPort: rtpTargetFields.videoPort.default(null),
	audioPort: rtpTargetFields.audioPort.default(null),
	enabled: rtpTargetFields.enabled.default(true),
});
export type TargetCreate = z.infer<typeof targetCreateSchema>;
export const targetPatchSchema = z.strictObject(rtpTargetFields).partial();
export type TargetPatch = z.infer<typeof targetPatchSchema>;

/* ---- the rest of the state ---- */
export const faultSchema = z.object({
	code: z.string(),
	subject: z.string(),
	message: z.string(),
	since: z.string(),
	count: z.number().int(),
	remedy: z.string().nullable(),
});
export type Fault = z.infer<typeof faultSchema>;
/** One that is over. */
export const pastFaultSchema = faultSchema.extend({ until: z.string() });
export type PastFault = z.infer<typeof pastFaultSchema>;
export const faultAcknowledgeSchema = z.strictObject({ code: z.string().max(64), subject: z.string().max(200) });
export const streamerSchema = z.object({
	id,
	viewers: z.number().int(),
	state: z.enum(['starting', 'live', 'fault', 'off']),
	width: z.number().int().nullable(),
	height: z.number().int().nullable(),
	fps: z.number().nullable(),
	kbps: z.number().nullable(),
});
export type Streamer = z.infer<typeof streamerSchema>;
export const encoderSchema = z.object({
	id,
	element: z.string(),
	hardware: z.boolean(),
	codec: z.string(),
	asked: z.object({ width: z.number(), height: z.number(), fps: z.number(), kbps: z.number() }),
	measured: z.object({ width: z.number(), height: z.number(), fps: z.number(), kbps: z.number() }).nullable(),
});
export type Encoder = z.infer<typeof encoderSchema>;
export const systemSchema = z.object({
	version: z.string(),
	startedAt: z.string(),
	/** After three crashes in a row: the inputs are off until a technician lets them start. */
	safeMode: z.boolean(),
	canvas: z.object({ width: z.number().int(), height: z.number().int(), fpsNum: z.number().int(), fpsDen: z.number().int() }),
	slots: z.object({ total: z.number().int(), used: z.number().int() }),
	disk: z.object({ path: z.string(), freeBytes: z.number(), totalBytes: z.number() }).nullable(),
	cpuPct: z.number().nullable(),
	memoryBytes: z.number().nullable(),
	temperatureC: z.number().nullable(),
	/** What can record sound on this machine. */
	soundCards: z.array(z.object({ device: z.string(), label: z.string() })),
	/** The outbound tunnel for guests; waiting: it failed and is about to be tried again. */
	tunnel: z.enum(['off', 'connecting', 'up', 'waiting']),
	/** How long the show is to be. */
	plan: showPlanSchema,
	/** What of the program is to be seen and heard, judged on the program itself; null until the mixer has said so. */
	program: z
		.object({
			/** black: nothing is seen although its scene has sources. empty: its scene has none, or black is chosen. */
			picture: z.enum(['shown', 'black', 'empty']),
			/** silent: nothing is heard although something is open. muted: nothing is. */
			sound: z.enum(['heard', 'silent', 'muted']),
		})
		.nullable(),
	/** Where the multiview shows what; see service/show/multiview.ts. */
	multiview: z.object({
		columns: z.number().int(),
		rows: z.number().int(),
		tiles: z.record(z.string(), z.object({ x: unit, y: unit, w: unit, h: unit })),
	}),
});
export type System = z.infer<typeof systemSchema>;
export const safeModePostSchema = z.strictObject({ leave: z.literal(true) });
export const hostStatusSchema = z.object({
	role: z.string(),
	name: z.string(),
	pid: z.number().int().nullable(),
	/** waiting: it failed and is about to be tried again. stuck: it was killed and does not die. */
	state: z.enum(['off', 'starting', 'running', 'waiting', 'held-off', 'stuck']),
	restarts: z.number().int(),
	cpuPct: z.number().nullable(),
	rssBytes: z.number().nullable(),
	/** Counters of its elements by their names. */
	elements: z.record(z.string(), z.record(z.string(), z.unknown())),
});
export type HostStatus = z.infer<typeof hostStatusSchema>;
export const statusSchema = z.object({
	version: z.string(),
	startedAt: z.string(),
	uptimeS: z.number(),
	onAir: z.boolean(),
	safeMode: z.boolean(),
	service: z.object({ pid: z.number().int(), rssBytes: z.number() }),
	hosts: z.array(hostStatusSchema),
	faults: z.array(faultSchema),
});
export type Status = z.infer<typeof statusSchema>;

/** GET /api/state, and what the events socket sends first. Collections are objects by id. */
/** A guest or source that was removed; until then it can be had back. */
export const removedSchema = z.object({ id, label, kind: z.enum(sourceKinds), until: z.string() });
export type Removed = z.infer<typeof removedSchema>;

export const stateSchema = z.object({
	seq: z.number().int(),
	sources: z.record(id, sourceSchema),
	guests: z.record(id, guestSchema),
	/** Who waits to be let in. */
	door: z.record(id, visitorSchema),
	/** Removals that can be undone. */
	removed: z.record(id, removedSchema),
	scenes: z.record(id, sceneSchema),
	buses: busesSchema,
	audio: z.record(z.string(), stripSchema),
	overlays: z.record(id, z.unknown()),
	recordings: z.record(id, recordingSchema),
	targets: z.record(id, targetSchema),
	streamers: z.record(id, streamerSchema),
	encoders: z.record(id, encoderSchema),
	faults: z.array(faultSchema),
	system: systemSchema,
});
export type State = z.infer<typeof stateSchema>;

/* ---- the events socket (WS /api/events) ---- */
/** Server → client. `changes` are [path, value]; a path is keys joined by dots (`sources.hdmi1.state`), null removes. */
export type EventMessage =
	| { type: 'snapshot'; state: State }
	| { type: 'delta'; seq: number; changes: [string, unknown][] }
	/** 20 a second to subscribers of `levels`: peak dBFS of the last 50 ms by strip, [left, right]; −100 is silence. */
	| { type: 'levels'; levels: Record<string, [number, number]> }
	| { type: 'stats'; hosts: Record<string, unknown> }
	| { type: 'pong' }
	| { type: 'error'; code: ErrorCode; message: string };
/** Client → server. A client pings once a second and calls the link lost after 2 s of silence. */
export const clientMessageSchema = z.discriminatedUnion('type', [
	z.strictObject({ type: z.literal('subscribe'), topics: z.array(z.enum(['levels', 'stats'])).max(8) }),
	z.strictObject({ type: z.literal('ping') }),
]);
export type ClientMessage = z.infer<typeof clientMessageSchema>;

/* ---- sessions ---- */
export const sessionCreateSchema = z.union([
	z.strictObject({ token: z.string().min(1).max(256) }),
	/** Of the account `technician` when no name is given. */
	z.strictObject({ name: label.normalize('NFC').optional(), password: z.string().min(1).max(256) }),
	z.strictObject({ code: z.string().min(1).max(64) }),
]);
export type SessionCreate = z.infer<typeof sessionCreateSchema>;
export const sessionSchema = z.object({ role: z.enum(roles), guest: id.nullable(), streamers: z.array(id).nullable() });
export type Session = z.infer<typeof sessionSchema>;
export const tokenCreateSchema = z.strictObject({
	label,
	role: z.enum(roles),
	/** Streamers a viewer token may watch; null or absent means program only. */
	streamers: z.array(id).max(16).nullable().optional(),
	/** It looks and changes nothing. */
	readOnly: z.boolean().optional(),
	expiresInS: z
		.number()
		.int()
		.min(60)
		.max(366 * 86_400)
		.nullable()
		.optional(),
});
export const tokenSchema = z.object({
	id,
	label,
	role: z.enum(roles),
	streamers: z.array(id).nullable(),
	readOnly: z.boolean(),
	createdAt: z.string(),
	expiresAt: z.string().nullable(),
});
export type Token = z.infer<typeof tokenSchema>;

/* ---- signalling by polling ---- */
/** browser: who offers. vm: who answers. */
export const pollingSides = ['vm', 'browser'] as const;
export type PollingSide = (typeof pollingSides)[number];
/** Clients send more members than these; they are left out. */
export const polledDescriptionSchema = z.object({
	type: z.enum(['offer', 'answer']).optional(),
	sdp: z
		.string()
		.max(32 * 1024)
		.regex(/^v=0\r?\n/, 'must be an SDP: it starts with v=0'),
});
export const polledCreateSchema = z.object({
	/** Empty at the end of the candidates. */
	candidate: z
		.string()
		.max(512)
		.regex(/^(candidate:[^\r\n]+)?$/, 'must be one line that starts with candidate:'),
	sdpMLineIndex: z.number().int().min(0).max(31).nullish(),
	sdpMid: z.string().max(64).nullish(),
	from: z.enum(pollingSides),
});
/** timestamp: ms, later for each candidate than for the one before. */
export const polledCandidateSchema = polledCreateSchema.omit({ from: true }).extend({ timestamp: z.number().int() });
export type PolledCandidate = z.infer<typeof polledCandidateSchema>;
