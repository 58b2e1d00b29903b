/** What the r58 elements take by their property `command`: one object with `op`. A test compares the ops with the plugin. */

/** One layer of the mixer; bottom to top. Coordinates are 0–1 of the canvas, slot −1 is black. */
interface MixerLayer {
	slot: number;
	x: number;
	y: number;
	w: number;
	h: number;
	fit: 'contain' | 'cover' | 'fill';
	/** Fractions of the source. */
	crop?: [left: number, top: number, right: number, bottom: number];
	alpha?: number;
	/** Pixels of the canvas, `#rrggbb`. */
	border?: [width: number, colour: string];
}

export type MixerCommand =
	/** Shows these layers from the next frame on; answered by `applied` or `refused` with the same id. */
	| {
			op: 'program';
			id: string;
			layers: MixerLayer[];
			/** Length in output frames; 0 for a cut. */
			transition: { kind: 'cut' | 'mix' | 'dip' | 'wipe'; frames: number };
			/** By slot, linear. */
			gains?: number[];
			rampFrames?: number;
	  }
	/** By slot; gains are linear, pans −1 to 1. */
	| { op: 'audio'; gains: number[]; master: number; pans: number[]; delaysMs: number[]; rampMs: number }
	/** Whether pictures are drawn; everything else goes on without them. */
	| { op: 'picture'; drawn: boolean }
	| {
			op: 'slot';
			slot: number;
			/** Addresses of links. */
			video: string | null;
			audio: string | null;
			delayMs: number;
			onLoss: 'hold' | 'backup' | 'slate';
			/** The slot that stands in with `backup`. */
			backupSlot: number | null;
			/** Somebody hears the program without this slot. */
			n1: boolean;
	  };

/** How a peer reaches this machine. */
export interface PeerNetwork {
	addresses: string[];
	stun?: { address: string; port: number };
	turn: { address: string; port: number; username: string; password: string; tcp: boolean }[];
	policy: 'all' | 'relay';
	minPort: number;
	maxPort: number;
	tcp: boolean;
	gatherMs: number;
}

/** What `add` carries besides the name of the peer. */
export interface PeerRequest {
	sdp: string;
	fingerprint: string;
	video: { pt: number; codec: string } | null;
	/** `pad`: the sound that the peer is sent. */
	audio: { pt: number; pad?: string } | null;
	network: PeerNetwork;
}

export type WebrtcCommand =
	/** Answered by `answer`, `failed` or `refused`. */
	| ({ op: 'add'; id: string } & PeerRequest)
	| { op: 'candidate'; id: string; candidate: string }
	| { op: 'remove'; id: string }
	/** Asks for a key frame as soon as possible. */
	| { op: 'keyframe' };

/** By the element that takes them. */
export interface Commands {
	r58mixer: MixerCommand;
	r58webrtc: WebrtcCommand;
	/** Looks for the device again, or another one. */
	r58v4l2src: { op: 'open'; device?: string; subdev?: string; format?: string };
	r58testsrc: { op: 'freeze'; on: boolean };
	/** A key frame, from this end of an encoded link. */
	r58linksink: { op: 'key-unit' };
	r58linksrc: { op: 'key-unit' };
}

/** Names that the pipelines give to elements that take commands. */
export interface Commanded {
	mixer: Commands['r58mixer'];
	rtc: Commands['r58webrtc'];
	capture: Commands['r58v4l2src'];
}
