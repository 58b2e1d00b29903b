import type { ReactiveController, ReactiveControllerHost } from '@lit/reactive-element';

/** Renders its element again after a language change, on pages that stay mounted (main.ts remounts the others). */
export class Spoken implements ReactiveController {
	constructor(readonly host: ReactiveControllerHost) {
		host.addController(this);
	}

	hostConnected(): void {
		document.addEventListener('language', this.#again);
	}

	hostDisconnected(): void {
		document.removeEventListener('language', this.#again);
	}

	#again = (): void => this.host.requestUpdate();
}
