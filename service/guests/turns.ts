/** Work for one key is done one after the other, in the order it came; different keys do not wait for each other. */
export class Turns {
	#last = new Map<string, Promise<unknown>>();

	async run<T>(key: string, work: () => Promise<T>): Promise<T> {
		const mine = (this.#last.get(key) ?? Promise.resolve()).then(work, work);
		this.#last.set(key, mine);
		try {
			return await mine;
		} finally {
			if (this.#last.get(key) === mine) this.#last.delete(key);
		}
	}
}
