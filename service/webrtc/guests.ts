import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import type { Canvas } from '../../pipelines/canvas.js';
import { guestSource } from '../../pipelines/guestSource.js';
import type { Guest } from '../api/schema.js';
import { StudioError } from '../errors.js';
import type { Sources } from '../media/sources.js';
import type { SupervisedHost } from '../media/supervisedHost.js';
import type { Supervisor } from '../media/supervisor.js';
import type { LiveState } from '../state.js';
import type { Settings } from '../store/settings.js';
import { PictureMeter } from './pictureMeter.js';
import { RtcElement } from './rtcElement.js';
import { checkOffer, finishAnswer } from './sdp.js';
import type { RtcSessions } from './sessions.js';

/** What is known of a connection that is none. */
const unmeasured = { path: null, rttMs: null, lossPct: null, kbps: null, video: null } satisfies Partial<Guest>;
const READY_TIMEOUT_MS = 5_000;
/** The element knows its one peer by this name. */
const PEER = 'guest';

export interface GuestsOptions {
	instance: string;
	canvas: Canvas;
	state: LiveState;
	settings: Settings;
	supervisor: Supervisor;
	sources: Sources;
	sessions: RtcSessions;
}

interface Seat {
	host: SupervisedHost;
	rtc: RtcElement;
}

/** People who join by a link: each has a seat (a source and a slot) from the invitation on, and at most one session in it. */
export class Guests {
	#seats = new Map<string, Seat>();
	/** Bitrate caps by guest; they outlast a restart. */
	#caps: Record<string, number>;

	constructor(private readonly o: GuestsOptions) {
		this.#caps = o.settings.get('guestCaps', z.record(z.string(), z.number())) ?? {};
	}

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
			video: null,
			maxKbps: this.#caps[id] ?? null,
			messages: [],
			seenMessage: 0,
			lastError: null,
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

	/** The guest's page applies it at once; other clients are told with their next offer. */
	cap(id: string, maxKbps: number | null): void {
		this.get(id);
		if (maxKbps === null) delete this.#caps[id];
		else this.#caps[id] = maxKbps;
		this.o.settings.set('guestCaps', this.#caps);
		this.o.state.set(`guests.${id}.maxKbps`, maxKbps);
	}

	async remove(id: string): Promise<void> {
		this.get(id);
		if (id in this.#caps) this.cap(id, null);
		this.o.state.set(`guests.${id}`, null);
		await this.#vacate(id);
		await this.o.sources.remove(id);
	}

	/** WHIP. A new offer takes the seat over at once. */
	async publish(id: string, offer: string): Promise<{ session: string; answer: string }> {
		this.get(id);
		const checked = checkOffer(offer, { direction: 'publish' });
		await this.#vacate(id);
		const { instance, canvas, supervisor, sources, sessions } = this.o;
		const host = supervisor.add({
			role: 'source',
			name: id,
			launch: () =>
				guestSource({ instance, id, canvas, video: checked.video?.codec ?? null, audio: checked.audio !== undefined }),
			restart: false,
		});
		const seat: Seat = { host, rtc: new RtcElement(host) };
		this.#seats.set(id, seat);
		this.#update(id, { state: 'connecting', codec: checked.video?.codec ?? null, lastError: null });
		try {
			await started(host);
			this.#watchOver(id, seat);
			const answer = await seat.rtc.add(PEER, {
				sdp: checked.offer,
				fingerprint: checked.fingerprint,
				video: checked.video ? { pt: checked.video.pt, codec: checked.video.codec } : null,
				audio: checked.audio ? { pt: checked.audio.pt } : null,
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
					this.#update(id, { state: 'invited', ...unmeasured });
				},
			});
			return { session, answer: finishAnswer(answer, checked, { maxKbps: this.#caps[id] ?? null }) };
		} catch (error) {
			if (this.#seats.get(id) === seat) await this.#lose(id, seat, error instanceof Error ? error.message : String(error));
			throw error;
		}
	}

	async stop(): Promise<void> {
		await Promise.all([...this.#seats.keys()].map((id) => this.#vacate(id)));
	}

	#watchOver(id: string, seat: Seat): void {
		seat.rtc.on('connected', (_peer, data) => this.#update(id, { state: 'connected', path: pathOf(data) }));
		seat.rtc.on('gone', (_peer, reason) => void this.#lose(id, seat, reason));
		seat.rtc.on('stats', ([stats]) => {
			if (stats) this.#update(id, { rttMs: rounded(stats.rttMs), lossPct: rounded(stats.lossPct), kbps: rounded(stats.kbps) });
		});
		seat.host.on('down', (reason) => void this.#lose(id, seat, reason));
		const picture = new PictureMeter();
		seat.host.on('event', (element, event, data) => {
			if (element === 'picture' && event === 'stats') this.#update(id, { video: picture.read(data) });
		});
	}

	/** The connection broke: the mixer holds the last picture, the seat stays the guest's. */
	async #lose(id: string, seat: Seat, reason: string): Promise<void> {
		if (this.#seats.get(id) !== seat) return;
		this.#seats.delete(id);
		this.o.sessions.forget(seat.rtc, PEER);
		this.#update(id, { state: 'lost', ...unmeasured, lastError: reason });
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

/** How the media travels: over a relay, through a NAT, or straight on the LAN. */
function pathOf(data: Record<string, unknown>): Guest['path'] {
	const types = [typeOf(data.localCandidate), typeOf(data.remoteCandidate)];
	if (types.includes('relay')) return 'relay';
	return types.includes('srflx') ? 'direct' : 'lan';
}

function typeOf(candidate: unknown): string {
	return typeof candidate === 'object' && candidate !== null && 'type' in candidate ? String(candidate.type) : '';
}

function rounded(value: number | undefined): number | null {
	return value === undefined ? null : Math.round(value * 10) / 10;
}
