/** Runs one piece of work at a time, in the order it was asked for. A failure reaches its caller only. */
export class SerialQueue {
	#last: Promise<unknown> = Promise.resolve();

	run<T>(work: () => Promise<T>): Promise<T> {
		const result = this.#last.then(work, work);
		this.#last = result;
		return result;
	}

	/** Whether nothing was asked for after `result`. */
	endsWith(result: Promise<unknown>): boolean {
		return this.#last === result;
	}
}

/** One serial queue per key; an empty one takes no memory. */
export class KeyedQueue {
	#queues = new Map<string, SerialQueue>();

	get size(): number {
		return this.#queues.size;
	}

	async run<T>(key: string, work: () => Promise<T>): Promise<T> {
		const queue = this.#queues.get(key) ?? new SerialQueue();
		this.#queues.set(key, queue);
		const result = queue.run(work);
		try {
			return await result;
		} finally {
			if (queue.endsWith(result)) this.#queues.delete(key);
		}
	}
}
