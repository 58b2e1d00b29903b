import type { ReactiveController, ReactiveControllerHost } from '@lit/reactive-element';

/** The screen or window sent instead of the camera while the guest shares one. */
export class Screen implements ReactiveController {
	track: MediaStreamTrack | null = null;

	constructor(readonly host: ReactiveControllerHost) {
		host.addController(this);
	}

	/** Phones cannot share their screen. */
	static get possible(): boolean {
		return typeof navigator.mediaDevices?.getDisplayMedia === 'function';
	}

	hostDisconnected(): void {
		this.stop();
	}

	/** Lets the guest choose what to share; does nothing if they cancel. */
	async share(): Promise<void> {
		const stream = await navigator.mediaDevices
			.getDisplayMedia({ video: { frameRate: { ideal: 15, max: 30 } } })
			.catch(() => null);
		const track = stream?.getVideoTracks()[0];
		if (!track) return;
		this.stop();
		// Keep text readable: lose frames rather than detail.
		track.contentHint = 'detail';
		// The browser has its own stop button.
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
