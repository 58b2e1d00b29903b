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

/** The elements through which a page speaks with its user; a page that sends requests renders both. */
interface Parts {
	'r58-notices': Element & { show(sentence: string): void };
	'r58-confirm': Element & { ask(question: Question): Promise<boolean> };
}

/** What a page asks of the studio. Nothing is queued: without a link a request fails at once. */
export class Requests {
	constructor(
		protected readonly show: Show,
		private readonly page: { readonly renderRoot: ParentNode },
	) {}

	/** Asks the user; true when they confirm. */
	ask(question: Question): Promise<boolean> {
		return this.#part('r58-confirm').ask(question);
	}

	/** The answer; null after an error or without a link, which the user has been told. */
	async send<T>(method: string, path: string, body?: unknown): Promise<T | null> {
		// A page that was just opened has no state yet: the request itself finds out whether there is a link.
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
