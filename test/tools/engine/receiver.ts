/** Where a target sends to: counts what comes, and the longest time without anything. */
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';

export class Receiver {
	packets = 0;
	#at = performance.now();
	#longest = 0;

	private constructor(private readonly socket: Socket) {
		socket.on('message', () => {
			const now = performance.now();
			this.packets += 1;
			this.#longest = Math.max(this.#longest, now - this.#at);
			this.#at = now;
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

	close(): void {
		this.socket.close();
	}
}
