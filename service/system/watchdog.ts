import type { Log } from './log.js';
import type { ServiceManager } from './serviceManager.js';

/** What the program's mixer shows of itself. */
export interface ProgramSign {
	/** Frames it says it has made since its process started; null while it says nothing. */
	frames: number | null;
	/** Its supervisor has given it a pause after many failures, and says so as a fault. */
	heldOff: boolean;
}

export interface WatchdogOptions {
	manager: Pick<ServiceManager, 'tell' | 'present' | 'watchdogMs'>;
	program: () => ProgramSign;
	safeMode: () => boolean;
	/** What the service does now, in words. */
	status: () => string;
	log: Pick<Log, 'error' | 'info'>;
	deadlineMs?: number;
	firstFrameMs?: number;
	now?: () => number;
}

/**
 * Program frames that stand still this long are beyond what the supervisor mends. It sees a hung mixer after 2 s, gives its
 * process 2 s to die and the next one 12 s to start.
 */
const DEADLINE_MS = Number(process.env.R58_PROGRAM_DEADLINE_MS) || 20_000;
/** The first frame waits for GStreamer's registry (30 s at most, once), and for two attempts to start. */
const FIRST_FRAME_MS = 90_000;
const TICK_MS = 1_000;

/**
 * Feeds the watchdog of the service manager, which kills and restarts a service that it does not hear. Fed from the event
 * loop: one that hangs feeds nothing. And only while the program's frames advance, or may stand still: within their deadline,
 * while the supervisor holds the mixer off (a restart would take away the panel that says why), and in safe mode, whose panel
 * stays whatever the media do.
 */
export class Watchdog {
	#timer: NodeJS.Timeout | undefined;
	#frames: number | null = null;
	#advancedAt: number;
	#deadlineMs: number;
	#hungry = false;
	#status = '';
	readonly #now: () => number;

	constructor(private readonly o: WatchdogOptions) {
		this.#now = o.now ?? (() => performance.now());
		this.#advancedAt = this.#now();
		this.#deadlineMs = o.firstFrameMs ?? FIRST_FRAME_MS;
	}

	/** From here on the service counts as started. */
	start(): void {
		const { manager } = this.o;
		if (!manager.present) return;
		manager.tell('READY=1');
		this.tick();
		const everyMs = Math.min(TICK_MS, (manager.watchdogMs ?? Number.POSITIVE_INFINITY) / 4);
		this.#timer = setInterval(() => this.tick(), everyMs);
	}

	/** A stop that was asked for; the manager does not watch it any more, but bounds it. */
	stop(): void {
		clearInterval(this.#timer);
		this.o.manager.tell('STOPPING=1');
		this.o.manager.tell('STATUS=Stopping');
	}

	tick(): void {
		const { manager, log } = this.o;
		const standsMs = this.#standsStill();
		const hungry = standsMs > this.#deadlineMs && !this.o.safeMode();
		if (hungry !== this.#hungry) {
			this.#hungry = hungry;
			if (hungry) log.error({ standsMs: Math.round(standsMs) }, 'the program stands still: the watchdog is not fed any more');
			else log.info('the program advances again: the watchdog is fed');
		}
		if (!hungry && manager.watchdogMs !== null) manager.tell('WATCHDOG=1');
		const status = hungry ? 'The program stands still, waiting to be restarted' : this.o.status();
		if (status !== this.#status) manager.tell(`STATUS=${status}`);
		this.#status = status;
	}

	/** For how long the program has made no frame, in ms. A new mixer counts from 0 again. */
	#standsStill(): number {
		const { frames, heldOff } = this.o.program();
		const now = this.#now();
		const advanced = frames !== null && frames > 0 && frames !== this.#frames;
		if (advanced) this.#deadlineMs = this.o.deadlineMs ?? DEADLINE_MS;
		if (advanced || heldOff) this.#advancedAt = now;
		if (frames !== null) this.#frames = frames;
		return now - this.#advancedAt;
	}
}
