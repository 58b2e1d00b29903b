import { t } from '../texts/texts.js';
import { request, sentence } from './http.js';
import type { Show } from './show.js';

export interface Question {
	title: string;
	text: string;
	/** The word on the button that does it: a verb, never "OK". */
	action: string;
	/** What else is to be decided with it. */
	choice?: Choice;
}

export interface Choice {
	label: string;
	/** The first is chosen unless another is. */
	options: [value: string, label: string][];
	chosen(value: string): void;
}

/** What a page asks of the studio. Nothing is queued: without a link a request is refused on the spot. */
export class Requests {
	constructor(
		protected readonly show: Show,
		private readonly report: (sentence: string) => void,
		readonly ask: (question: Question) => Promise<boolean>,
	) {}

	/** The answer; null when it was refused or there is no link, which has been reported then. */
	async send<T>(method: string, path: string, body?: unknown): Promise<T | null> {
		// A page that was just opened does not hear from the studio yet; whether there is a link the request itself finds out.
		if (this.show.state !== null && !this.show.online) {
			this.report(t.words.noLink);
			return null;
		}
		try {
			return ((await request<T>(method, path, { body })) ?? {}) as T;
		} catch (error) {
			this.report(sentence(error));
			return null;
		}
	}
}
