import type { ReactiveController, ReactiveControllerHost } from '@lit/reactive-element';

/** Renders its element again in the language that was chosen, where the page itself stays (main.ts remounts the others). */
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
