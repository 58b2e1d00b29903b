import type { ReactiveController, ReactiveControllerHost } from '@lit/reactive-element';
import type { GuestMessage } from '../../../service/contract/guestChannel.js';
import type { Guest } from '../../../service/contract/guests.js';
import { request } from '../../data/http.js';
import { Whep } from '../../data/rtc/whep.js';
import { Whip } from '../../data/rtc/whip.js';
import { currentSession, fragmentToken } from '../../data/session.js';
import { Channel } from './channel.js';
import { Devices } from './devices.js';
import { doorIsOpen } from './door.js';
import { keepSeat, keptSeat, rememberedBitrate, rememberedSize, type Size, takeAdmitted } from './preferences.js';
import { Screen } from './screen.js';
import { WakeLock } from './wake-lock.js';

/** Why nobody can join from here; worded in the texts. */
export type Closed = 'noInvite' | 'badInvite' | 'removed' | 'elsewhere';

/** Default bitrate for a picture of this height, kbit/s. */
const usualKbps: Record<Size, number> = { 360: 800, 720: 2500, 1080: 4500 };
const askAgainMs = 3000;
/** A removal can be undone for 10 s; the response may be late. */
const undoMs = 13_000;
const undoAskMs = 1000;

/** A guest's visit: who they are, what they send, what they receive. The page shows it. */
export class Visit implements ReactiveController {
	readonly devices: Devices;
	readonly screen: Screen;
	readonly whip: Whip;
	readonly whep: Whep;
	readonly channel: Channel;
	guest: string | null = null;
	name: string | null = null;
	closed: Closed | null = null;
	/** There is no invite and the door is open: the page asks for a name, then for the operator's consent. */
	atDoor = false;
	/** The studio has not said who this is yet; the page will ask again. */
	unanswered = false;
	joined = false;
	/** Joined before and left on purpose. */
	left = false;
	muted = false;
	cameraOff = false;
	/** kbit/s; null: by picture size. */
	bitrate = rememberedBitrate();
	readonly #token = fragmentToken();
	readonly #wakeLock: WakeLock;
	/** Tells the browser's other tabs who has joined here. */
	readonly #tabs = new BroadcastChannel('r58.seat');
	#outgoing: MediaStream | null = null;
	#askAgain = 0;
	/** What the page says is wrong depends on whether this device is online. */
	#onNetwork = () => this.host.requestUpdate();

	constructor(
		readonly host: ReactiveControllerHost,
		returnVideo: () => HTMLVideoElement | null,
	) {
		this.devices = new Devices(host);
		this.screen = new Screen(host);
		this.whip = new Whip(host);
		this.whep = new Whep(host, returnVideo, () => this.#token);
		this.channel = new Channel(host);
		this.#wakeLock = new WakeLock(host);
		this.#tabs.onmessage = ({ data }) => {
			if (this.joined && data === this.guest) this.#moved();
		};
		host.addController(this);
	}

	hostConnected(): void {
		for (const change of ['online', 'offline']) window.addEventListener(change, this.#onNetwork);
		void this.start();
	}

	hostDisconnected(): void {
		for (const change of ['online', 'offline']) window.removeEventListener(change, this.#onNetwork);
		window.clearTimeout(this.#askAgain);
		this.#tabs.close();
	}

	hostUpdated(): void {
		if (this.channel.removed && this.closed !== 'removed') this.#removed();
		if (this.channel.revoked && !this.joined && this.closed === null) this.#uninvited();
		this.#wakeLock.want(this.joined);
		if (!this.joined) return;
		const media = this.outgoing;
		if (media) void this.whip.change(media);
		void this.whip.limit(this.#kbps);
	}

	/** The media sent: the microphone, and the camera or a shared screen. */
	get outgoing(): MediaStream | null {
		const tracks = [this.devices.track('audio'), this.screen.track ?? this.devices.track('video')].filter(
			(track) => track !== undefined,
		);
		if (tracks.length === 0) return null;
		const same = this.#outgoing?.getTracks();
		if (same?.length === tracks.length && tracks.every((track) => same.includes(track))) return this.#outgoing;
		this.#outgoing = new MediaStream(tracks);
		return this.#outgoing;
	}

	/** The studio's newest message that the guest has not confirmed. */
	get unread(): GuestMessage | null {
		const newest = this.channel.messages.findLast(({ from }) => from === 'studio');
		return newest && newest.id > Math.max(this.#read, this.channel.status?.seenMessage ?? newest.id) ? newest : null;
	}
	#read = 0;

	/** Opens the devices and finds out who this is; rejoins the seat this tab had before a reload. */
	async start(): Promise<void> {
		this.closed = null;
		const opened = this.devices.stream ? undefined : this.devices.open();
		await this.#identify();
		await opened;
		if (this.guest === null || this.joined) return;
		const seat = keptSeat();
		// Someone admitted at the door has already asked to join.
		if (takeAdmitted()) return this.join();
		if (seat?.guest !== this.guest) return;
		if (seat.muted) this.mute();
		if (seat.cameraOff) this.hideCamera();
		this.join();
	}

	join(): void {
		const media = this.outgoing;
		if (this.guest === null || media === null) return;
		this.joined = true;
		this.left = false;
		this.closed = null;
		this.#keep();
		this.#tabs.postMessage(this.guest);
		void this.whip.limit(this.#kbps);
		this.whip.join(this.guest, this.#token, media);
		this.whep.watch(`return-${this.guest}`);
		this.host.requestUpdate();
	}

	leave(): void {
		keepSeat(null);
		this.joined = false;
		this.left = true;
		this.screen.stop();
		this.whip.leave();
		this.whep.leave();
		this.host.requestUpdate();
	}

	mute(): void {
		this.muted = !this.muted;
		this.devices.enable('audio', !this.muted);
		this.#keep();
		this.host.requestUpdate();
	}

	hideCamera(): void {
		this.cameraOff = !this.cameraOff;
		this.devices.enable('video', !this.cameraOff);
		this.#keep();
		this.host.requestUpdate();
	}

	async share(): Promise<void> {
		if (this.screen.track) this.screen.stop();
		else await this.screen.share();
	}

	read(message: GuestMessage): void {
		this.#read = message.id;
		this.channel.seen(message.id);
		this.host.requestUpdate();
	}

	/** The invite's token; never in an address other than as the fragment. */
	get token(): string | null {
		return this.#token;
	}

	get #kbps(): number {
		const own = this.bitrate ?? usualKbps[this.screen.track ? 720 : rememberedSize()];
		return Math.min(own, this.channel.status?.maxKbps ?? Number.POSITIVE_INFINITY);
	}

	/** Uses the token directly, so that a guest link opened beside the switcher does not log the operator out. */
	async #identify(): Promise<void> {
		window.clearTimeout(this.#askAgain);
		try {
			this.atDoor = this.#token === null && (await doorIsOpen());
			this.unanswered = false;
			if (this.atDoor) return this.host.requestUpdate();
			const session = await currentSession(this.#token);
			this.guest = session?.guest ?? null;
			if (this.guest === null) this.closed = this.#token === null ? 'noInvite' : 'badInvite';
			else {
				this.name = (await request<Guest>('GET', `/api/guests/${this.guest}`, { token: this.#token })).name;
				this.channel.start(this.guest, this.#token);
			}
		} catch {
			this.unanswered = true;
			this.#askAgain = window.setTimeout(() => void this.start(), askAgainMs);
		}
		this.host.requestUpdate();
	}

	#keep(): void {
		if (this.joined && this.guest !== null) keepSeat({ guest: this.guest, muted: this.muted, cameraOff: this.cameraOff });
	}

	#moved(): void {
		this.leave();
		this.left = false;
		this.closed = 'elsewhere';
	}

	/** This link can no longer be used to join. */
	#uninvited(): void {
		this.left = false;
		this.devices.close();
		this.closed = 'badInvite';
		this.host.requestUpdate();
	}

	#removed(): void {
		const { joined } = this;
		if (joined) this.leave();
		this.left = false;
		keepSeat(null);
		this.channel.stop();
		this.devices.close();
		this.closed = 'removed';
		this.host.requestUpdate();
		this.#untilUndone(joined, performance.now() + undoMs);
	}

	/** The studio may undo the removal; then the guest rejoins as before. */
	#untilUndone(joined: boolean, deadline: number): void {
		window.clearTimeout(this.#askAgain);
		if (performance.now() > deadline) return;
		this.#askAgain = window.setTimeout(async () => {
			const session = await currentSession(this.#token).catch(() => null);
			if (session?.guest !== this.guest || this.guest === null) return this.#untilUndone(joined, deadline);
			if (joined) keepSeat({ guest: this.guest, muted: this.muted, cameraOff: this.cameraOff });
			// Reopened devices are on until the seat says otherwise.
			this.muted = this.cameraOff = this.channel.removed = false;
			await this.start();
		}, undoAskMs);
	}
}
