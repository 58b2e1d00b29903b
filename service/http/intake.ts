import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';
import type { TLSSocket } from 'node:tls';

/** Small enough not to delay others: 75 of the shortest requests, 350 one-byte chunks. */
const sliceBytes = 2048;
/** Time one address gets per turn of the event loop. */
const turnMs = 1;
/** Cap per slice: a longer one was interrupted by other work, which is not the client's fault. */
const longestChargeMs = 2;
const nothing = Buffer.alloc(0);

/** How much CPU time reading the bytes of one address may take. */
export interface Share {
	burstMs: number;
	/** Ms per ms. */
	part: number;
}

/** The connections of one address take turns, and together get no more than their share. */
export class Turns {
	#waiting: Intake[] = [];
	#leftMs: number;
	#at = performance.now();
	#scheduled = false;

	constructor(private readonly share: Share) {
		this.#leftMs = share.burstMs;
	}

	/** An intake has data to pass on. */
	ask(intake: Intake): void {
		this.#waiting.push(intake);
		if (!this.#scheduled) this.#run();
	}

	#run(): void {
		const started = performance.now();
		const { burstMs, part } = this.share;
		this.#leftMs = Math.min(burstMs, this.#leftMs + (started - this.#at) * part);
		this.#at = started;
		this.#scheduled = true;
		let now = started;
		while (this.#waiting.length > 0 && this.#leftMs > 0 && now - started < turnMs) {
			const intake = this.#waiting.shift()!;
			if (intake.pass()) this.#waiting.push(intake);
			const after = performance.now();
			this.#leftMs -= Math.min(after - now, longestChargeMs);
			now = after;
		}
		this.#scheduled = this.#waiting.length > 0;
		if (!this.#scheduled) return;
		if (this.#leftMs > 0) setImmediate(() => this.#run());
		else setTimeout(() => this.#run(), Math.ceil(-this.#leftMs / part) + 1);
	}
}

/**
 * A connection whose bytes reach the reader in slices, one per turn; writes pass straight through. Parsing happens in the
 * reader during its slice: HTTP requests, WebSocket frames.
 */
export class Intake extends Duplex {
	#chunk: Buffer = nothing;
	#ended = false;
	#wanted = true;
	#asked = false;

	constructor(
		private readonly socket: Socket,
		private readonly turns: Turns,
	) {
		super({ allowHalfOpen: true });
		socket.on('data', (chunk: Buffer) => {
			this.#chunk = this.#chunk.length === 0 ? chunk : Buffer.concat([this.#chunk, chunk]);
			this.#ask();
			if (this.#chunk.length > 0) socket.pause();
		});
		socket.on('end', () => {
			this.#ended = true;
			this.#ask();
		});
		socket.on('timeout', () => this.emit('timeout'));
		socket.on('error', (error) => this.destroy(error));
		socket.on('close', () => this.destroy());
	}

	get remoteAddress(): string | undefined {
		return this.socket.remoteAddress;
	}

	get localAddress(): string | undefined {
		return this.socket.localAddress;
	}

	get localPort(): number | undefined {
		return this.socket.localPort;
	}

	get encrypted(): boolean {
		return (this.socket as TLSSocket).encrypted === true;
	}

	setTimeout(ms: number): this {
		this.socket.setTimeout(ms);
		return this;
	}

	setNoDelay(noDelay?: boolean): this {
		this.socket.setNoDelay(noDelay);
		return this;
	}

	/** Passes the next slice to the reader; whether more is ready. */
	pass(): boolean {
		this.#asked = false;
		if (this.destroyed || !this.#wanted) return false;
		if (this.#chunk.length > 0) {
			const slice = this.#chunk.subarray(0, sliceBytes);
			this.#chunk = this.#chunk.subarray(slice.length);
			this.#wanted = this.push(slice);
		}
		if (this.destroyed) return false;
		if (this.#chunk.length === 0) {
			if (this.#ended) this.push(null);
			else this.socket.resume();
			return false;
		}
		this.#asked = this.#wanted;
		return this.#wanted;
	}

	override _read(): void {
		this.#wanted = true;
		// Not in the middle of the reader's work.
		if (this.#chunk.length > 0 || this.#ended) setImmediate(() => this.#ask());
	}

	override _write(chunk: Buffer, _: BufferEncoding, done: (error?: Error | null) => void): void {
		this.socket.write(chunk, done);
	}

	/** Head and body of an answer in one packet. */
	override _writev(chunks: { chunk: Buffer }[], done: (error?: Error | null) => void): void {
		this.socket.cork();
		for (const [index, { chunk }] of chunks.entries()) {
			if (index === chunks.length - 1) this.socket.write(chunk, done);
			else this.socket.write(chunk);
		}
		this.socket.uncork();
	}

	override _final(done: () => void): void {
		this.socket.end(() => done());
	}

	override _destroy(error: Error | null, done: (error: Error | null) => void): void {
		this.#chunk = nothing;
		this.socket.destroy();
		done(error);
	}

	#ask(): void {
		if (this.#asked || this.destroyed) return;
		this.#asked = true;
		this.turns.ask(this);
	}
}
