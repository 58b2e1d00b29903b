/** Timers, `performance.now` and `Date` that stand still until they are moved. */
import { mock } from 'node:test';

export class FakeClock {
	#behindMs = 0;
	readonly #startedAt: number;
	readonly #real = performance.now;

	constructor() {
		mock.timers.enable({ apis: ['setTimeout', 'setInterval', 'Date'], now: Date.now() });
		this.#startedAt = Date.now();
		performance.now = () => Date.now() - this.#startedAt + this.#behindMs;
	}

	/** Runs what falls due within this time; what it started by promises goes on as well. */
	async pass(ms: number): Promise<void> {
		mock.timers.tick(ms);
		await settled();
	}

	/** Time that passes while nothing of this process runs: no timer fires. */
	hang(ms: number): void {
		this.#behindMs += ms;
	}

	stop(): void {
		mock.timers.reset();
		performance.now = this.#real;
	}
}

/** Everything that waits for no time has run. */
export async function settled(): Promise<void> {
	for (let i = 0; i < 5; i++) await new Promise((resolve) => setImmediate(resolve));
}
