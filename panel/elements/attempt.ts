import type { ReactiveControllerHost } from '@lit/reactive-element';
import { RequestError, sentence } from '../data/http.js';

/** What a page asks of the studio, and why the last of it failed: for the page to show. */
export class Attempt {
	error: string | null = null;
	/** What was wrong with single fields. */
	fields: Readonly<Record<string, string>> = {};

	constructor(private readonly host: ReactiveControllerHost) {}

	async run(action: () => Promise<void>): Promise<void> {
		try {
			await action();
			this.error = null;
			this.fields = {};
		} catch (error) {
			this.error = sentence(error);
			this.fields = (error instanceof RequestError && error.refusal.fields) || {};
		}
		this.host.requestUpdate();
	}
}
