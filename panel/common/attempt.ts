import type { ReactiveControllerHost } from '@lit/reactive-element';
import { sentence } from '../api/http.js';

/** What a page asks of the studio, and why the last of it failed: for the page to show. */
export class Attempt {
	problem: string | null = null;

	constructor(private readonly host: ReactiveControllerHost) {}

	async run(action: () => Promise<void>): Promise<void> {
		try {
			await action();
			this.problem = null;
		} catch (error) {
			this.problem = sentence(error);
		}
		this.host.requestUpdate();
	}
}
