import type { ReactiveController, ReactiveControllerHost } from '@lit/reactive-element';
import type { State } from '../../service/contract/state.js';
import { Link, type Topic } from './link.js';

/** The live state of the show, for a page that renders again on every change. */
export class Show implements ReactiveController {
	readonly link: Link;

	constructor(
		readonly host: ReactiveControllerHost & HTMLElement,
		topics: readonly Topic[] = [],
	) {
		this.link = new Link(topics);
		this.link.addEventListener('change', () => host.requestUpdate());
		this.link.addEventListener('ended', () => host.dispatchEvent(new Event('session-ended', { bubbles: true, composed: true })));
		host.addController(this);
	}

	/** Last known state; while `online` is false it is history, and no lamp may be lit from it. */
	get state(): State | null {
		return this.link.state;
	}

	get online(): boolean {
		return this.link.online;
	}

	hostConnected(): void {
		this.link.start();
	}

	hostDisconnected(): void {
		this.link.stop();
	}
}
