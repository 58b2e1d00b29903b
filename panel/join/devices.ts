import type { ReactiveController, ReactiveControllerHost } from '@lit/reactive-element';
import { insecure, type Reason, reasonOf } from './reasons.js';

export type Kind = 'video' | 'audio';
const keys: Record<Kind, string> = { video: 'r58.camera', audio: 'r58.microphone' };
const wanted: Record<Kind, MediaTrackConstraints> = {
	video: { width: { ideal: 1280 }, height: { ideal: 720 }, frameRate: { ideal: 30 } },
	audio: { echoCancellation: true, noiseSuppression: true, autoGainControl: true },
};

/** The camera and microphone of this browser: which there are, which are chosen, and the stream of both. */
export class Devices implements ReactiveController {
	stream: MediaStream | null = null;
	cameras: MediaDeviceInfo[] = [];
	microphones: MediaDeviceInfo[] = [];
	/** Why there is no stream; null while all is well or still being asked. */
	reason: Reason | null = null;
	/** What is missing although the rest works: a guest may take part with sound alone, or picture alone. */
	missing: Kind | null = null;
	#list = () => void this.#enumerate();

	constructor(readonly host: ReactiveControllerHost) {
		host.addController(this);
	}

	hostConnected(): void {
		navigator.mediaDevices?.addEventListener('devicechange', this.#list);
	}

	hostDisconnected(): void {
		navigator.mediaDevices?.removeEventListener('devicechange', this.#list);
		this.close();
	}

	/** Device in use, '' when unknown. */
	chosen(kind: Kind): string {
		return this.#track(kind)?.getSettings().deviceId ?? '';
	}

	async open(): Promise<void> {
		if (!window.isSecureContext || !navigator.mediaDevices) {
			this.reason = insecure;
			this.host.requestUpdate();
			return;
		}
		this.close();
		try {
			this.stream = await this.#ask();
			this.reason = null;
			await this.#enumerate();
		} catch (error) {
			const { name, message } = error as DOMException;
			this.reason = reasonOf(name, message);
		}
		this.host.requestUpdate();
	}

	close(): void {
		for (const track of this.stream?.getTracks() ?? []) track.stop();
		this.stream = null;
	}

	/** Remembers the device and takes it from now on. */
	async choose(kind: Kind, deviceId: string): Promise<void> {
		localStorage.setItem(keys[kind], deviceId);
		const enabled = this.#track(kind)?.enabled ?? true;
		try {
			const [fresh] = (await navigator.mediaDevices.getUserMedia({ [kind]: this.#constraints(kind) })).getTracks();
			this.#track(kind)?.stop();
			const other = this.#track(kind === 'video' ? 'audio' : 'video');
			fresh!.enabled = enabled;
			// A new stream object, so that elements notice.
			this.stream = new MediaStream(other ? [other, fresh!] : [fresh!]);
			this.reason = null;
			if (this.missing === kind) this.missing = null;
		} catch (error) {
			const { name, message } = error as DOMException;
			this.reason = reasonOf(name, message);
		}
		this.host.requestUpdate();
	}

	enable(kind: Kind, enabled: boolean): void {
		const track = this.#track(kind);
		if (track) track.enabled = enabled;
	}

	/** Both; when one kind is not there, the other alone. */
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

	/** `ideal`, not `exact`: a remembered camera that is not plugged in gives way to another one. */
	#constraints(kind: Kind): MediaTrackConstraints {
		const deviceId = localStorage.getItem(keys[kind]);
		return deviceId ? { ...wanted[kind], deviceId: { ideal: deviceId } } : wanted[kind];
	}

	async #enumerate(): Promise<void> {
		const devices = await navigator.mediaDevices.enumerateDevices().catch(() => []);
		this.cameras = devices.filter(({ kind, deviceId }) => kind === 'videoinput' && deviceId !== '');
		this.microphones = devices.filter(({ kind, deviceId }) => kind === 'audioinput' && deviceId !== '');
		this.host.requestUpdate();
	}

	#track(kind: Kind): MediaStreamTrack | undefined {
		return this.stream?.getTracks().find((track) => track.kind === kind);
	}
}
