import type { Log } from '../util/log.js';
import type { ServiceManager } from './serviceManager.js';

/** What the program mixer reports. */
export interface ProgramSign {
	/** Frames since its process started; null while it reports nothing. */
	frames: number | null;
	/** The supervisor holds it off after many failures, and has raised a fault. */
	heldOff: boolean;
}

export interface WatchdogOptions {
	manager: Pick<ServiceManager, 'tell' | 'present' | 'watchdogMs'>;
	program: () => ProgramSign;
	safeMode: () => boolean;
	/** What the service is doing, for display. */
	status: () => string;
	log: Pick<Log, 'error' | 'info'>;
	deadlineMs?: number;
	patienceMs?: number;
	now?: () => number;
}

/**
 * After this long without a program frame the supervisor has failed. It detects a hung mixer after 2 s, gives its process 2 s
 * to die and the next one 12 s to start.
 */
const DEADLINE_MS = 20_000;
/**
 * Without a frame for this long it has failed too, even while it holds the mixer off. The first frame waits for GStreamer's
 * registry (30 s at most, once) and two attempts to start; the supervisor's pause is 30 s. It is less than a good boot must last
 * (bootGuard.ts), so that three boots that end like this lead to safe mode.
 */
const PATIENCE_MS = 90_000;
const TICK_MS = 1_000;

/**
 * Feeds the watchdog of the service manager, which kills and restarts a silent service. It is fed from the event loop, so a hung
 * loop feeds nothing, and only while the program's frames advance or may stand still: within their deadline, while the supervisor
 * holds the mixer off (a restart would take away the panel that says why) unless that lasts, and in safe mode, whose panel stays
 * whatever the media do.
 */
export class Watchdog {
	#timer: NodeJS.Timeout | undefined;
	#frames: number | null = null;
	/** Time of its last frame; before the first one, the start of the service. */
	#advancedAt: number;
	/** When it last made a frame or was held off; null before the first frame. */
	#hopefulAt: number | null = null;
	#hungry = false;
	#status = '';
	readonly #now: () => number;

	constructor(private readonly o: WatchdogOptions) {
		this.#now = o.now ?? (() => performance.now());
		this.#advancedAt = this.#now();
	}

	/** The service counts as started from here on. */
	start(): void {
		const { manager } = this.o;
		if (!manager.present) return;
		manager.tell('READY=1');
		this.tick();
		const everyMs = Math.min(TICK_MS, (manager.watchdogMs ?? Number.POSITIVE_INFINITY) / 4);
		this.#timer = setInterval(() => this.tick(), everyMs);
	}

	/** A requested stop; the manager no longer watches, but limits its time. */
	stop(): void {
		clearInterval(this.#timer);
		this.o.manager.tell('STOPPING=1');
		this.o.manager.tell('STATUS=Stopping');
	}

	tick(): void {
		const { manager, log } = this.o;
		const hungry = this.#standsTooLong() && !this.o.safeMode();
		if (hungry !== this.#hungry) {
			this.#hungry = hungry;
			const standsMs = Math.round(this.#now() - this.#advancedAt);
			if (hungry) log.error({ standsMs }, 'the program has stopped: no longer feeding the watchdog');
			else log.info('the program advances again: feeding the watchdog');
		}
		if (!hungry && manager.watchdogMs !== null) manager.tell('WATCHDOG=1');
		const status = hungry ? 'The program has stopped, waiting to be restarted' : this.o.status();
		if (status !== this.#status) manager.tell(`STATUS=${status}`);
		this.#status = status;
	}

	/** A new mixer counts its frames from 0. */
	#standsTooLong(): boolean {
		const { frames, heldOff } = this.o.program();
		const { deadlineMs = DEADLINE_MS, patienceMs = PATIENCE_MS } = this.o;
		const now = this.#now();
		const advanced = frames !== null && frames > 0 && frames !== this.#frames;
		if (advanced) this.#advancedAt = now;
		if (advanced || (heldOff && this.#hopefulAt !== null)) this.#hopefulAt = now;
		if (frames !== null) this.#frames = frames;
		return now - this.#advancedAt > patienceMs || (this.#hopefulAt !== null && now - this.#hopefulAt > deadlineMs);
	}
}
