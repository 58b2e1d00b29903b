/** Where a target sends to: counts what comes, the longest time without anything, and the most that comes at once. */
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';

/** What comes within this is at once. */
const ONCE_MS = 500;

export class Receiver {
	packets = 0;
	#at = performance.now();
	#longest = 0;
	/** When the packets of the last `ONCE_MS` came. */
	#latest: number[] = [];
	#most = 0;

	private constructor(private readonly socket: Socket) {
		socket.on('message', () => {
			const now = performance.now();
			this.packets += 1;
			this.#longest = Math.max(this.#longest, now - this.#at);
			this.#at = now;
			this.#latest = [...this.#latest.filter((at) => now - at < ONCE_MS), now];
			this.#most = Math.max(this.#most, this.#latest.length);
		});
	}

	static async open(): Promise<Receiver> {
		const socket = createSocket('udp4');
		socket.bind(0, '127.0.0.1');
		await once(socket, 'listening');
		return new Receiver(socket);
	}

	get port(): number {
		return this.socket.address().port;
	}

	/** Since the last call. */
	takeGapMs(): number {
		const longest = Math.max(this.#longest, performance.now() - this.#at);
		this.#longest = 0;
		return longest;
	}

	/** The most packets that came at once since the last call. */
	takeMost(): number {
		const most = this.#most;
		this.#most = 0;
		return most;
	}

	close(): void {
		this.socket.close();
	}
}
