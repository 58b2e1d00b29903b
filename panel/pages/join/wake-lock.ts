import type { ReactiveController, ReactiveControllerHost } from '@lit/reactive-element';

/** Keeps the screen on: a phone that goes dark stops its camera. */
export class WakeLock implements ReactiveController {
	#wanted = false;
	#lock: WakeLockSentinel | null = null;
	#onVisible = () => void this.#take();

	constructor(host: ReactiveControllerHost) {
		host.addController(this);
	}

	hostConnected(): void {
		document.addEventListener('visibilitychange', this.#onVisible);
	}

	hostDisconnected(): void {
		document.removeEventListener('visibilitychange', this.#onVisible);
		this.want(false);
	}

	want(wanted: boolean): void {
		if (wanted === this.#wanted) return;
		this.#wanted = wanted;
		if (wanted) void this.#take();
		else void this.#lock?.release();
	}

	/** The browser releases it whenever the page is hidden. */
	async #take(): Promise<void> {
		if (!this.#wanted || document.visibilityState !== 'visible') return;
		if (this.#lock && !this.#lock.released) return;
		// Refused on low battery: the screen goes dark as usual.
		this.#lock = (await navigator.wakeLock?.request('screen').catch(() => null)) ?? null;
		if (!this.#wanted) void this.#lock?.release();
	}
}
