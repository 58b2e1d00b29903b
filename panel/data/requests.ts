import { t } from '../texts/texts.js';
import { request, sentence } from './http.js';
import type { Show } from './show.js';

export interface Question {
	title: string;
	text: string;
	/** Label of the confirming button: a verb, never "OK". */
	action: string;
	/** A choice to make at the same time. */
	choice?: Choice;
}

export interface Choice {
	label: string;
	/** The first one is preselected. */
	options: [value: string, label: string][];
	chosen(value: string): void;
}

/** The dialogs through which a page talks to its user; a page that sends requests renders both. */
interface Parts {
	'r58-notices': Element & { show(sentence: string): void };
	'r58-confirm': Element & { ask(question: Question): Promise<boolean> };
}

/** Requests from a page to the studio. Nothing is queued: without a link a request fails at once. */
export class Requests {
	constructor(
		protected readonly show: Show,
		private readonly page: { readonly renderRoot: ParentNode },
	) {}

	/** True if the user confirms. */
	ask(question: Question): Promise<boolean> {
		return this.#part('r58-confirm').ask(question);
	}

	/** The answer; null after an error or without a link, which has been reported to the user. */
	async send<T>(method: string, path: string, body?: unknown): Promise<T | null> {
		// A page that has just opened has no state yet: the request itself finds out whether there is a link.
		if (this.show.state !== null && !this.show.online) {
			this.#report(t.words.noLink);
			return null;
		}
		try {
			return ((await request<T>(method, path, { body })) ?? {}) as T;
		} catch (error) {
			this.#report(sentence(error));
			return null;
		}
	}

	#report(sentence: string): void {
		this.#part('r58-notices').show(sentence);
	}

	#part<Name extends keyof Parts>(name: Name): Parts[Name] {
		return this.page.renderRoot.querySelector<Parts[Name]>(name)!;
	}
}
