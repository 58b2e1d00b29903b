import type { ReactiveControllerHost } from '@lit/reactive-element';
import { RequestError, sentence } from '../data/http.js';

/** A request from a page, and why the latest one failed. */
export class Attempt {
	error: string | null = null;
	/** Errors of single fields. */
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
