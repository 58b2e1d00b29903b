import { randomBytes } from 'node:crypto';
import type { Canvas } from '../../pipelines/canvas.js';
import { guestSource } from '../../pipelines/guestSource.js';
import type { Connection } from '../contract/connection.js';
import { type Guest, guestPatchSchema } from '../contract/guests.js';
import type { Faults } from '../faults/faults.js';
import type { SupervisedHost } from '../hosts/supervisedHost.js';
import type { Supervisor } from '../hosts/supervisor.js';
import type { Network } from '../network/network.js';
import type { PeerWay } from '../network/peerWay.js';
import { type PeerStats, processEnded, RtcElement } from '../rtc/rtcElement.js';
import { type CheckedOffer, checkOffer, finishAnswer } from '../rtc/sdp.js';
import type { RtcSessions } from '../rtc/sessions.js';
import { PictureWatch } from '../sources/pictureWatch.js';
import type { Sources } from '../sources/sources.js';
import type { LiveState } from '../state/state.js';
import type { Settings } from '../store/settings.js';
import { isPrivate } from '../util/addresses.js';
import { StudioError } from '../util/errors.js';
import { firstEvent } from '../util/firstEvent.js';
import { KeyedQueue } from '../util/serialQueue.js';
import { DecoderWatch } from './decoderWatch.js';
import { PictureMeter } from './pictureMeter.js';

/** The state without a connection. */
const unmeasured = {
	path: null,
	rttMs: null,
	lossPct: null,
	kbps: null,
	video: null,
	nothingSent: false,
} satisfies Partial<Guest>;
const READY_TIMEOUT_MS = 5_000;
/** The element knows its only peer by this name. */
const PEER = 'guest';

export interface GuestsOptions {
	instance: string;
	canvas: Canvas;
	state: LiveState;
	settings: Settings;
	supervisor: Supervisor;
	sources: Sources;
	sessions: RtcSessions;
	network: Network;
	/** Whether this guest is on program or preview. */
	onAir: (id: string) => boolean;
	faults: Faults;
	seatMs?: number;
}

interface Seat {
	host: SupervisedHost;
	rtc: RtcElement;
	decoder: DecoderWatch;
	/** Rejects when a newer connection takes the seat or it is lost: nobody waits for the answer any longer. */
	taken: Promise<never>;
	take: (reason: Error) => void;
}

/** A lost guest keeps the seat and the last picture this long. */
const SEAT_MS = 60_000;

/** People who join by a link: each has a seat (a source and a slot) from the invitation on, with at most one session in it. */
export class Guests {
	#seats = new Map<string, Seat>();
	#turns = new KeyedQueue();
	/** Guests whose connection is starting or being replaced: each counts as a place. */
	#sitting = new Set<string>();
	/** Hosts that are stopping: together with the next one they would write to the same links. */
	#ending = new Map<string, Promise<void>>();
	/** Seats of lost guests, and when they are cleared. */
	#lost = new Map<string, NodeJS.Timeout>();
	/** Whether each guest's picture can be decoded; kept until the guest is removed. */
	#pictures = new Map<string, PictureWatch>();
	/** Bitrate caps by guest; kept over a restart. */
	#caps: Record<string, number>;

	constructor(private readonly o: GuestsOptions) {
		this.#caps = o.settings.record('guestCaps', guestPatchSchema.shape.maxKbps.unwrap().unwrap());
	}

	/** Throws `no-slot` when the mixer is full. */
	create(name: string): Guest {
		return this.restore({ id: `guest-${randomBytes(4).toString('hex')}`, name, createdAt: new Date().toISOString() });
	}

	restore({ id, name, createdAt }: Pick<Guest, 'id' | 'name' | 'createdAt'>): Guest {
		const traits = { n1: true, namedElsewhere: true };
		this.o.sources.add({ id, kind: 'guest', label: name, colour: '#7a5cc8', traits });
		this.o.sources.setState(id, 'no-signal');
		const guest: Guest = {
			id,
			name,
			state: 'invited',
			path: null,
			rttMs: null,
			lossPct: null,
			kbps: null,
			codec: null,
			video: null,
			nothingSent: false,
			maxKbps: this.#caps[id] ?? null,
			messages: [],
			seenMessage: 0,
			lastError: null,
			connection: null,
			createdAt,
		};
		this.o.state.guests.put(id, guest);
		return guest;
	}

	/** Brings a removed guest back as it was; they have to reconnect. */
	bringBack(guest: Guest): void {
		const { id, messages, seenMessage, maxKbps } = guest;
		this.restore(guest);
		this.#update(id, { messages, seenMessage });
		if (maxKbps !== null) this.cap(id, maxKbps);
	}

	get(id: string): Guest {
		const guest = this.o.state.current.guests[id];
		if (!guest) throw new StudioError('not-found', `there is no guest ${id}`);
		return guest;
	}

	rename(id: string, name: string): Guest {
		this.get(id);
		this.o.state.guests.patch(id, { name: name });
		this.o.state.sources.patch(id, { label: name });
		return this.get(id);
	}

	/** The guest's page applies it at once; other clients get it with their next offer. */
	cap(id: string, maxKbps: number | null): void {
		this.get(id);
		if (maxKbps === null) delete this.#caps[id];
		else this.#caps[id] = maxKbps;
		this.o.settings.set('guestCaps', this.#caps);
		this.o.state.guests.patch(id, { maxKbps: maxKbps });
	}

	async remove(id: string): Promise<void> {
		this.get(id);
		if (id in this.#caps) this.cap(id, null);
		this.o.state.guests.remove(id);
		await this.#vacate(id);
		await this.o.sources.remove(id);
	}

	/** WHIP. A new offer takes over the seat at once. */
	async publish(id: string, offer: string, way: PeerWay): Promise<{ session: string; answer: string }> {
		this.get(id);
		const checked = checkOffer(offer, { direction: 'publish', way });
		const seat = await this.#turns.run(id, () => this.#placed(id, () => this.#sit(id, checked)));
		const { sessions, network } = this.o;
		try {
			const answer = await Promise.race([this.#answer(id, seat, checked), seat.taken]);
			// The seat was taken in between: a session made now would have no owner.
			if (this.#seats.get(id) !== seat) return await seat.taken;
			const session = sessions.add({
				subject: id,
				peer: PEER,
				rtc: seat.rtc,
				credentials: checked.credentials,
				candidates: checked.candidates,
				otherMids: checked.otherMids,
				close: () => this.#leave(id, seat),
			});
			return { session, answer: finishAnswer(answer, checked, { ...network.answer(), maxKbps: this.#caps[id] ?? null }) };
		} catch (error) {
			if (this.#seats.get(id) === seat) await this.#lose(id, seat, error instanceof Error ? error.message : String(error));
			throw error;
		}
	}

	/** Reserves a place while a guest connects or reconnects. Throws `busy` when none is free. */
	async #placed(id: string, sit: () => Promise<Seat>): Promise<Seat> {
		const { guests } = this.o.network.settings.limits;
		const taken = new Set([...this.#seats.keys(), ...this.#sitting]);
		if (!taken.has(id) && taken.size >= guests)
			throw new StudioError('busy', `${guests} guests are connected, the maximum (network.limits.guests)`, undefined, 10);
		this.#sitting.add(id);
		try {
			return await sit();
		} finally {
			this.#sitting.delete(id);
		}
	}

	/** A seat for a new connection; ends the previous one. */
	async #sit(id: string, { video, audio }: CheckedOffer): Promise<Seat> {
		// The previous picture stays until the new one arrives: a page reload does not show on program.
		await this.#unseat(id);
		await this.#ending.get(id);
		// The guest may have been removed meanwhile.
		this.get(id);
		const { instance, canvas, supervisor } = this.o;
		const host = supervisor.add({
			role: 'source',
			name: id,
			launch: () => guestSource({ instance, id, canvas, video: video?.codec ?? null, audio: audio !== undefined }),
			restart: false,
		});
		const decoder = new DecoderWatch(this.o.faults, this.get(id));
		const seat: Seat = { host, rtc: new RtcElement(host), decoder, ...takeable() };
		this.#seats.set(id, seat);
		this.#update(id, { state: 'connecting', codec: video?.codec ?? null });
		return seat;
	}

	async #answer(id: string, seat: Seat, { offer, fingerprint, video, audio, way }: CheckedOffer): Promise<string> {
		// The seat was taken before this one began: a host started now would have no owner.
		if (this.#seats.get(id) !== seat) return seat.taken;
		const [network] = await Promise.all([this.o.network.peer(way), started(seat.host)]);
		this.#watchOver(id, seat);
		return seat.rtc.add(PEER, {
			sdp: offer,
			fingerprint,
			video: video ? { pt: video.pt, codec: video.codec } : null,
			audio: audio ? { pt: audio.pt } : null,
			network,
		});
	}

	async stop(): Promise<void> {
		for (const id of this.#lost.keys()) this.#found(id);
		await Promise.all([...this.#seats.keys()].map((id) => this.#vacate(id)));
	}

	#watchOver(id: string, seat: Seat): void {
		/** A host that is stopping still reports figures; they are not those of the current connection. */
		const update = (patch: Partial<Guest>): void => {
			if (this.#seats.get(id) === seat) this.#update(id, patch);
		};
		seat.rtc.on('connected', (_peer, connection) => {
			if (this.#seats.get(id) !== seat) return;
			this.#found(id);
			this.o.sources.connect(id);
			this.o.sources.recover(id);
			update({ state: 'connected', path: this.#pathOf(connection), lastError: null, connection });
		});
		seat.rtc.on('diagnosis', (_peer, connection) => void this.#diagnose(id, seat, 'not connected yet', connection));
		seat.rtc.on('gone', (_peer, reason, connection) => {
			void this.#diagnose(id, null, reason, connection);
			void this.#lose(id, seat, reason);
		});
		const watch = this.#pictureWatch(id);
		seat.rtc.on('stats', ({ peers: [stats], videoDropped = 0, unsent = 0 }) => {
			if (!stats) return;
			update({
				rttMs: rounded(stats.rttMs),
				lossPct: rounded(stats.lossPct),
				kbps: rounded(stats.kbps),
				nothingSent: sendsNothing(stats),
			});
			if (this.#seats.get(id) !== seat) return;
			const behind = seat.decoder.read(videoDropped, performance.now());
			if (behind !== undefined) this.#update(id, { lastError: behind });
			const unseen = watch.packets(stats.videoQuiet === false, performance.now(), unsent);
			if (unseen !== undefined) this.#update(id, { lastError: unseen });
		});
		seat.host.on('down', (reason) => {
			// The seat may already be released: who watches the peer hears of it first.
			const { guests } = this.o.state.current;
			if (guests[id] && (this.#seats.get(id) ?? seat) === seat) watch.ended(reason);
			void this.#lose(id, seat, reason);
		});
		const picture = new PictureMeter();
		seat.host.on('event', ({ factory, data }) => {
			if (factory !== 'r58meter' || this.#seats.get(id) !== seat) return;
			update({ video: picture.read(data) });
			if (watch.pictures(data.buffers) === null) update({ lastError: null });
		});
	}

	#pictureWatch(id: string): PictureWatch {
		const watch =
			this.#pictures.get(id) ?? new PictureWatch(this.o.faults, `guest ${id}`, () => this.o.state.current.guests[id]?.name ?? id);
		this.#pictures.set(id, watch);
		// A new host counts from zero.
		watch.ended('');
		return watch;
	}

	/** No media from this guest. */
	#unwatch(id: string): void {
		this.#pictures.get(id)?.end();
		this.#pictures.delete(id);
	}

	/** Says why there is no connection, unless another peer has the seat by now (`null`: whoever has it). */
	async #diagnose(id: string, seat: Seat | null, reason: string, connection: Connection | null): Promise<void> {
		if (!connection) return;
		const { diagnosis, servers } = await this.o.network.diagnose(connection, reason);
		const { state } = this.o.state.current.guests[id] ?? {};
		if (state === 'connected' || (seat && this.#seats.get(id) !== seat)) return;
		this.#update(id, { lastError: diagnosis, connection: { ...connection, servers } });
	}

	/** The connection was lost: the mixer holds the last picture for a minute; the guest keeps the seat. */
	async #lose(id: string, seat: Seat, reason: string): Promise<void> {
		if (this.#seats.get(id) !== seat) return;
		this.#seats.delete(id);
		this.o.sessions.forget(seat.rtc, PEER);
		this.#update(id, { state: 'lost', ...unmeasured, lastError: reason });
		this.o.sources.setState(id, 'no-signal', reason);
		// Counted from the last time the guest was connected, however often reconnecting fails.
		if (!this.#lost.has(id))
			this.#lost.set(
				id,
				setTimeout(() => this.#clear(id), this.o.seatMs ?? SEAT_MS),
			);
		await this.#end(id, seat);
		// Ends a wait for this seat's answer.
		seat.take(processEnded(reason));
	}

	#end(id: string, { host, decoder }: Seat): Promise<void> {
		decoder.end();
		const ended = this.o.supervisor.remove(host).finally(() => {
			if (this.#ending.get(id) === ended) this.#ending.delete(id);
		});
		this.#ending.set(id, ended);
		return ended;
	}

	/** The guest hung up or closed the page: the program keeps the last picture, as for a lost guest. */
	async #leave(id: string, seat: Seat): Promise<void> {
		if (this.#seats.get(id) !== seat) return;
		if (this.o.onAir(id)) return this.#lose(id, seat, 'hung up or closed the page');
		const ended = this.#vacate(id);
		// Not after the host has ended: a reloaded page may have the seat by then.
		this.#update(id, { state: 'invited', ...unmeasured });
		await ended;
	}

	/** A lost guest did not come back in time: clears the last picture. */
	#clear(id: string): void {
		this.#lost.delete(id);
		this.#unwatch(id);
		this.o.sources.disconnect(id);
		if (!this.#seats.has(id)) this.#update(id, { state: 'invited' });
	}

	#found(id: string): void {
		clearTimeout(this.#lost.get(id));
		this.#lost.delete(id);
	}

	/** Ends the session in a seat, if any, and clears its picture. */
	async #vacate(id: string): Promise<void> {
		this.#found(id);
		this.#unwatch(id);
		this.o.sources.disconnect(id);
		this.o.sources.setState(id, 'no-signal');
		await this.#unseat(id);
	}

	/** Ends the session in a seat, if any. */
	async #unseat(id: string): Promise<void> {
		const seat = this.#seats.get(id);
		if (!seat) return;
		this.#seats.delete(id);
		seat.take(new StudioError('conflict', 'a newer connection took over the seat'));
		this.o.sessions.forget(seat.rtc, PEER);
		await this.#end(id, seat);
	}

	/** How the media travels: through a relay, over the internet, or directly on the LAN or a VPN. */
	#pathOf(connection: Connection | null): Guest['path'] {
		const pair = connection?.pair;
		if (!pair) return 'lan';
		// Media from a relay may arrive before the guest has announced the relay.
		const relayed = pair.local.type === 'relay' || pair.remote.type === 'relay' || this.o.network.isRelay(pair.remote.address);
		if (relayed) return 'relay';
		return isPrivate(pair.remote.address) && pair.remote.type !== 'srflx' ? 'lan' : 'direct';
	}

	#update(id: string, patch: Partial<Guest>): void {
		if (!this.o.state.current.guests[id]) return;
		this.o.state.guests.patch(id, patch);
	}
}

function takeable(): Pick<Seat, 'taken' | 'take'> {
	let take!: Seat['take'];
	const taken = new Promise<never>((_, reject) => {
		take = reject;
	});
	// Usually nobody waits for it.
	taken.catch(() => undefined);
	return { taken, take };
}

/** Resolves when the host runs its pipeline. */
async function started(host: SupervisedHost): Promise<void> {
	const coming = firstEvent(host, ['ready', 'down'], READY_TIMEOUT_MS);
	host.start();
	const event = await coming;
	if (!event) throw new StudioError('timeout', 'the guest’s process did not start in time');
	if (event.name === 'down') throw processEnded(String(event.data[0]));
}

/** Only for the kinds of media in the offer. */
function sendsNothing({ state, videoQuiet, audioQuiet }: PeerStats): boolean {
	return state === 'connected' && (videoQuiet ?? true) && (audioQuiet ?? true);
}

function rounded(value: number | undefined): number | null {
	return value === undefined ? null : Math.round(value * 10) / 10;
}
