import { randomBytes } from 'node:crypto';
import type { Canvas } from '../../pipelines/canvas.js';
import { guestSource } from '../../pipelines/guestSource.js';
import { type Connection, connectionSchema, type Guest } from '../api/schema.js';
import { StudioError } from '../errors.js';
import type { Sources } from '../media/sources.js';
import type { SupervisedHost } from '../media/supervisedHost.js';
import type { Supervisor } from '../media/supervisor.js';
import { isPrivate } from '../network/addresses.js';
import type { Network } from '../network/network.js';
import type { LiveState } from '../state.js';
import { RtcElement } from './rtcElement.js';
import { checkOffer, finishAnswer } from './sdp.js';
import type { RtcSessions } from './sessions.js';

const READY_TIMEOUT_MS = 5_000;
/** The element knows its one peer by this name. */
const PEER = 'guest';

export interface GuestsOptions {
	instance: string;
	canvas: Canvas;
	state: LiveState;
	supervisor: Supervisor;
	sources: Sources;
	sessions: RtcSessions;
	network: Network;
}

interface Seat {
	host: SupervisedHost;
	rtc: RtcElement;
}

/** People who join by a link: each has a seat (a source and a slot) from the invitation on, and at most one session in it. */
export class Guests {
	#seats = new Map<string, Seat>();

	constructor(private readonly o: GuestsOptions) {}

	/** Throws no-slot when the mixer is full. */
	create(name: string): Guest {
		return this.restore({ id: `guest-${randomBytes(4).toString('hex')}`, name, createdAt: new Date().toISOString() });
	}

	restore({ id, name, createdAt }: Pick<Guest, 'id' | 'name' | 'createdAt'>): Guest {
		this.o.sources.addGuest(id, name);
		const guest: Guest = {
			id,
			name,
			state: 'invited',
			path: null,
			rttMs: null,
			lossPct: null,
			kbps: null,
			codec: null,
			lastError: null,
			connection: null,
			createdAt,
		};
		this.o.state.set(`guests.${id}`, guest);
		return guest;
	}

	get(id: string): Guest {
		const guest = this.o.state.current.guests[id];
		if (!guest) throw new StudioError('not-found', `there is no guest ${id}`);
		return guest;
	}

	rename(id: string, name: string): Guest {
		this.get(id);
		this.o.state.set(`guests.${id}.name`, name);
		this.o.state.set(`sources.${id}.label`, name);
		return this.get(id);
	}

	async remove(id: string): Promise<void> {
		this.get(id);
		this.o.state.set(`guests.${id}`, null);
		await this.#vacate(id);
		await this.o.sources.remove(id);
	}

	/** WHIP. A new offer takes the seat over at once. */
	async publish(id: string, offer: string): Promise<{ session: string; answer: string }> {
		this.get(id);
		const checked = checkOffer(offer, { direction: 'publish' });
		const { guests } = this.o.network.settings.limits;
		if (!this.#seats.has(id) && this.#seats.size >= guests)
			throw new StudioError(
				'busy',
				`${guests} guests are connected, which is the most that may (network.limits.guests)`,
				undefined,
				10,
			);
		await this.#vacate(id);
		const { instance, canvas, supervisor, sources, sessions, network } = this.o;
		const host = supervisor.add({
			role: 'source',
			name: id,
			launch: () =>
				guestSource({ instance, id, canvas, video: checked.video?.codec ?? null, audio: checked.audio !== undefined }),
			restart: false,
		});
		const seat: Seat = { host, rtc: new RtcElement(host) };
		this.#seats.set(id, seat);
		this.#update(id, { state: 'connecting', codec: checked.video?.codec ?? null });
		try {
			const [options] = await Promise.all([network.peer(), started(host)]);
			this.#watchOver(id, seat);
			const answer = await seat.rtc.add(PEER, {
				sdp: checked.offer,
				fingerprint: checked.fingerprint,
				video: checked.video ? { pt: checked.video.pt, codec: checked.video.codec } : null,
				audio: checked.audio ? { pt: checked.audio.pt } : null,
				network: options,
			});
			if (this.#seats.get(id) !== seat) throw new StudioError('conflict', 'the seat was taken over by a newer connection');
			sources.connect(id);
			const session = sessions.add({
				subject: id,
				peer: PEER,
				rtc: seat.rtc,
				iceUfrag: checked.ufrag,
				close: async () => {
					if (this.#seats.get(id) !== seat) return;
					await this.#vacate(id);
					this.#update(id, { state: 'invited', path: null, rttMs: null, lossPct: null, kbps: null });
				},
			});
			return { session, answer: finishAnswer(answer, checked, network.answer()) };
		} catch (error) {
			if (this.#seats.get(id) === seat) await this.#lose(id, seat, error instanceof Error ? error.message : String(error));
			throw error;
		}
	}

	async stop(): Promise<void> {
		await Promise.all([...this.#seats.keys()].map((id) => this.#vacate(id)));
	}

	#watchOver(id: string, seat: Seat): void {
		seat.rtc.on('connected', (_peer, data) =>
			this.#update(id, { state: 'connected', path: this.#pathOf(data), lastError: null, connection: connectionOf(data) }),
		);
		seat.rtc.on('trouble', (_peer, data) => void this.#explain(id, seat, 'not connected yet', connectionOf(data)));
		seat.rtc.on('gone', (_peer, reason, data) => {
			void this.#explain(id, null, reason, connectionOf(data));
			void this.#lose(id, seat, reason);
		});
		seat.rtc.on('stats', ([stats]) => {
			if (stats) this.#update(id, { rttMs: rounded(stats.rttMs), lossPct: rounded(stats.lossPct), kbps: rounded(stats.kbps) });
		});
		seat.host.on('down', (reason) => void this.#lose(id, seat, reason));
	}

	/** Tells why there is no connection, unless the seat has gone on to another (`null`: whoever sits there). */
	async #explain(id: string, seat: Seat | null, reason: string, connection: Connection | null): Promise<void> {
		if (!connection) return;
		const { words, servers } = await this.o.network.explain(connection, reason);
		const { state } = this.o.state.current.guests[id] ?? {};
		if (state === 'connected' || (seat && this.#seats.get(id) !== seat)) return;
		this.#update(id, { lastError: words, connection: { ...connection, servers } });
	}

	/** The connection broke: the mixer holds the last picture, the seat stays the guest's. */
	async #lose(id: string, seat: Seat, reason: string): Promise<void> {
		if (this.#seats.get(id) !== seat) return;
		this.#seats.delete(id);
		this.o.sessions.forget(seat.rtc, PEER);
		this.#update(id, { state: 'lost', path: null, rttMs: null, lossPct: null, kbps: null, lastError: reason });
		this.o.sources.setState(id, 'no-signal', reason);
		await this.o.supervisor.remove(seat.host);
	}

	/** Ends the session in a seat, if there is one, and clears its picture. */
	async #vacate(id: string): Promise<void> {
		const seat = this.#seats.get(id);
		this.o.sources.disconnect(id);
		this.o.sources.setState(id, 'no-signal');
		if (!seat) return;
		this.#seats.delete(id);
		this.o.sessions.forget(seat.rtc, PEER);
		await this.o.supervisor.remove(seat.host);
	}

	/** How the media travels: over a relay, through the internet, or straight on the LAN or a VPN. */
	#pathOf(data: Record<string, unknown>): Guest['path'] {
		const pair = connectionOf(data)?.pair;
		if (!pair) return 'lan';
		// What comes from a relay may be heard before the guest has told that it has one.
		const relayed = pair.local.type === 'relay' || pair.remote.type === 'relay' || this.o.network.isRelay(pair.remote.address);
		if (relayed) return 'relay';
		return isPrivate(pair.remote.address) && pair.remote.type !== 'srflx' ? 'lan' : 'direct';
	}

	#update(id: string, patch: Partial<Guest>): void {
		if (!this.o.state.current.guests[id]) return;
		for (const [key, value] of Object.entries(patch)) this.o.state.set(`guests.${id}.${key}`, value);
	}
}

/** Resolves when the host runs its pipeline. */
function started(host: SupervisedHost): Promise<void> {
	return new Promise((resolve, reject) => {
		const timer = setTimeout(
			() => settle(new StudioError('timeout', 'the guest’s process did not start in time')),
			READY_TIMEOUT_MS,
		);
		const onReady = () => settle();
		const onDown = (reason: string) => settle(new StudioError('internal', `the guest’s process failed: ${reason}`));
		function settle(error?: Error): void {
			clearTimeout(timer);
			host.off('ready', onReady);
			host.off('down', onDown);
			if (error) reject(error);
			else resolve();
		}
		host.on('ready', onReady);
		host.on('down', onDown);
		host.start();
	});
}

/** How far it came, as the element tells it; null when it does not. */
function connectionOf(data: Record<string, unknown>): Connection | null {
	return connectionSchema.safeParse(data.connection).data ?? null;
}

function rounded(value: number | undefined): number | null {
	return value === undefined ? null : Math.round(value * 10) / 10;
}
