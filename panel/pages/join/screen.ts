import type { ReactiveController, ReactiveControllerHost } from '@lit/reactive-element';

/** The screen or window that is sent in place of the camera, while the guest shares one. */
export class Screen implements ReactiveController {
	track: MediaStreamTrack | null = null;

	constructor(readonly host: ReactiveControllerHost) {
		host.addController(this);
	}

	/** Phones have no such thing. */
	static get possible(): boolean {
		return typeof navigator.mediaDevices?.getDisplayMedia === 'function';
	}

	hostDisconnected(): void {
		this.stop();
	}

	/** Asks the guest what to show; nothing happens when they think better of it. */
	async share(): Promise<void> {
		const stream = await navigator.mediaDevices
			.getDisplayMedia({ video: { frameRate: { ideal: 15, max: 30 } } })
			.catch(() => null);
		const track = stream?.getVideoTracks()[0];
		if (!track) return;
		this.stop();
		// Text stays readable: rather fewer pictures than softer ones.
		track.contentHint = 'detail';
		// The browser has a stop button of its own.
		track.onended = () => this.stop();
		this.track = track;
		this.host.requestUpdate();
	}

	stop(): void {
		this.track?.stop();
		this.track = null;
		this.host.requestUpdate();
	}
}
