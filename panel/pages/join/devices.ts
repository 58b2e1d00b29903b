import type { ReactiveController, ReactiveControllerHost } from '@lit/reactive-element';
import { isOn, type Processing, processings, remember, remembered, rememberedSize, type Size } from './preferences.js';
import { type Reason, reasonOf } from './reasons.js';

export type Kind = 'video' | 'audio';
const keys = { video: 'camera', audio: 'microphone' } as const;

/** The browser's cameras and microphones, the chosen ones, and their combined stream. */
export class Devices implements ReactiveController {
	/** A new object whenever a track changes, so that elements and senders notice. */
	stream: MediaStream | null = null;
	cameras: MediaDeviceInfo[] = [];
	microphones: MediaDeviceInfo[] = [];
	speakers: MediaDeviceInfo[] = [];
	/** Why there is no stream; null while all is well or the browser is still asking. */
	reason: Reason | null = null;
	/** The missing kind while the other works: a guest may join with sound only, or picture only. */
	missing: Kind | null = null;
	/** The system has paused the camera: a phone call, a locked screen. */
	paused = false;
	#facing: 'user' | 'environment' | null = null;
	#busy = false;
	#onDevices = () => void this.#enumerate().then(() => this.#recover());
	#onVisible = () => document.visibilityState === 'visible' && void this.#recover();

	constructor(readonly host: ReactiveControllerHost) {
		host.addController(this);
	}

	hostConnected(): void {
		navigator.mediaDevices?.addEventListener('devicechange', this.#onDevices);
		document.addEventListener('visibilitychange', this.#onVisible);
	}

	hostDisconnected(): void {
		navigator.mediaDevices?.removeEventListener('devicechange', this.#onDevices);
		document.removeEventListener('visibilitychange', this.#onVisible);
		this.close();
	}

	/** Device in use; '' if unknown. */
	chosen(kind: Kind): string {
		return this.track(kind)?.getSettings().deviceId ?? '';
	}

	track(kind: Kind): MediaStreamTrack | undefined {
		return this.stream?.getTracks().find((track) => track.kind === kind);
	}

	/** Whether to mirror the picture: not for the camera on the back of a phone. */
	get facesUser(): boolean {
		return (this.track('video')?.getSettings().facingMode ?? this.#facing ?? 'user') === 'user';
	}

	/** Two cameras and a touch screen: a phone or tablet, where one button switches cameras. */
	get canTurn(): boolean {
		return this.cameras.length > 1 && matchMedia('(pointer: coarse)').matches;
	}

	async open(): Promise<void> {
		if (!window.isSecureContext || !navigator.mediaDevices) {
			this.reason = { code: 'insecure', detail: null };
			this.host.requestUpdate();
			return;
		}
		this.close();
		await this.#attempt(async () => this.#use(await this.#ask()));
		await this.#enumerate();
	}

	close(): void {
		for (const track of this.stream?.getTracks() ?? []) track.stop();
		this.stream = null;
	}

	/** Switches to the device and remembers it. */
	async choose(kind: Kind, deviceId: string): Promise<void> {
		remember(keys[kind], deviceId);
		if (kind === 'video') this.#facing = null;
		await this.#replace(kind);
	}

	/** The camera on the other side, or the next one where cameras do not say which side they are on. */
	async turn(): Promise<void> {
		const { deviceId, facingMode } = this.track('video')?.getSettings() ?? {};
		if (facingMode === 'user' || facingMode === 'environment') {
			this.#facing = facingMode === 'user' ? 'environment' : 'user';
		} else {
			const index = this.cameras.findIndex((camera) => camera.deviceId === deviceId);
			remember('camera', this.cameras[(index + 1) % this.cameras.length]!.deviceId);
		}
		await this.#replace('video');
		// Remember the device, so that the choice survives a reload.
		remember('camera', this.chosen('video'));
	}

	async process(processing: Processing, on: boolean): Promise<void> {
		remember(processing, on ? 'on' : 'off');
		await this.#replace('audio');
	}

	async resize(size: Size): Promise<void> {
		remember('size', String(size));
		const track = this.track('video');
		// If the browser cannot change a running camera, reopen it.
		await track?.applyConstraints(this.#constraints('video')).catch(() => this.#replace('video'));
		this.host.requestUpdate();
	}

	enable(kind: Kind, enabled: boolean): void {
		const track = this.track(kind);
		if (track) track.enabled = enabled;
	}

	/** Both, or only one if the other is missing. */
	async #ask(): Promise<MediaStream> {
		this.missing = null;
		const media = navigator.mediaDevices;
		const video = this.#constraints('video');
		const audio = this.#constraints('audio');
		try {
			return await media.getUserMedia({ video, audio });
		} catch (error) {
			if ((error as DOMException).name !== 'NotFoundError') throw error;
			const alone = await Promise.any([
				media.getUserMedia({ video }).then((stream) => ({ stream, missing: 'audio' as const })),
				media.getUserMedia({ audio }).then((stream) => ({ stream, missing: 'video' as const })),
			]).catch(() => null);
			if (!alone) throw error;
			this.missing = alone.missing;
			return alone.stream;
		}
	}

	/** A phone opens one camera at a time, so the old one is closed first. */
	async #replace(kind: Kind): Promise<void> {
		const enabled = this.track(kind)?.enabled ?? true;
		this.track(kind)?.stop();
		await this.#attempt(async () => {
			const [fresh] = (await navigator.mediaDevices.getUserMedia({ [kind]: this.#constraints(kind) })).getTracks();
			const other = this.track(kind === 'video' ? 'audio' : 'video');
			fresh!.enabled = enabled;
			this.#use(new MediaStream(other ? [other, fresh!] : [fresh!]));
			if (this.missing === kind) this.missing = null;
		});
	}

	async #attempt(work: () => Promise<void>): Promise<void> {
		this.#busy = true;
		try {
			await work();
			this.reason = null;
		} catch (error) {
			const { name, message } = error as DOMException;
			this.reason = reasonOf(name, message);
		} finally {
			this.#busy = false;
		}
		this.host.requestUpdate();
	}

	#use(stream: MediaStream): void {
		this.stream = stream;
		this.paused = stream.getTracks().some(({ muted }) => muted);
		for (const track of stream.getTracks()) {
			track.onended = () => void this.#recover();
			track.onmute = track.onunmute = () => {
				this.paused = this.stream?.getTracks().some(({ muted }) => muted) ?? false;
				this.host.requestUpdate();
			};
		}
	}

	/** Reopens a device that was unplugged or taken by the system, as soon as the page may. */
	async #recover(): Promise<void> {
		if (this.#busy || this.stream === null || document.visibilityState !== 'visible') return;
		for (const kind of ['video', 'audio'] as const) if (this.track(kind)?.readyState === 'ended') await this.#replace(kind);
	}

	/** `ideal`, not `exact`: if the remembered camera is unplugged, another one is used. */
	#constraints(kind: Kind): MediaTrackConstraints {
		const deviceId = remembered(keys[kind]);
		const device: MediaTrackConstraints = deviceId ? { deviceId: { ideal: deviceId } } : {};
		if (kind === 'audio')
			return { ...device, ...Object.fromEntries(processings.map((processing) => [processing, isOn(processing)])) };
		const height = rememberedSize();
		const picture = { width: { ideal: (height * 16) / 9 }, height: { ideal: height }, frameRate: { ideal: 30 } };
		return this.#facing ? { ...picture, facingMode: { ideal: this.#facing } } : { ...picture, ...device };
	}

	async #enumerate(): Promise<void> {
		const devices = await navigator.mediaDevices.enumerateDevices().catch(() => []);
		const of = (kind: MediaDeviceKind) => devices.filter((device) => device.kind === kind && device.deviceId !== '');
		this.cameras = of('videoinput');
		this.microphones = of('audioinput');
		this.speakers = of('audiooutput');
		this.host.requestUpdate();
	}
}
