interface Waiting<T> {
	resolve: (answer: T) => void;
	reject: (error: Error) => void;
	timer: NodeJS.Timeout;
}

/** Answers that arrive as events, by the id that was asked with. Each has a deadline. */
export class Answers<T> {
	#waiting = new Map<string, Waiting<T>>();

	/** Resolves with the answer to `id`; rejects with what `late` makes when there is none after `timeoutMs`. */
	to(id: string, timeoutMs: number, late: () => Error): Promise<T> {
		return new Promise((resolve, reject) => {
			const timer = setTimeout(() => this.reject(id, late()), timeoutMs);
			this.#waiting.set(id, { resolve, reject, timer });
		});
	}

	/** No effect when nobody waits for `id`. */
	resolve(id: string, answer: T): void {
		this.#take(id)?.resolve(answer);
	}

	/** No effect when nobody waits for `id`. */
	reject(id: string, error: Error): void {
		this.#take(id)?.reject(error);
	}

	rejectAll(error: () => Error): void {
		for (const id of [...this.#waiting.keys()]) this.reject(id, error());
	}

	#take(id: string): Waiting<T> | undefined {
		const waiting = this.#waiting.get(id);
		clearTimeout(waiting?.timer);
		this.#waiting.delete(id);
		return waiting;
	}
}
