import type { Log } from '../util/log.js';
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
	patienceMs?: number;
	now?: () => number;
}

/**
 * Program frames that stand still this long are beyond what the supervisor mends. It sees a hung mixer after 2 s, gives its
 * process 2 s to die and the next one 12 s to start.
 */
const DEADLINE_MS = 20_000;
/**
 * No frame for this long is beyond it too, whatever it is doing about it. The first frame waits for GStreamer's registry (30 s at
 * most, once), and for two attempts to start; the supervisor's pause is 30 s. Less than a boot has to last to count as a good one
 * (bootGuard.ts): three that end so lead to safe mode.
 */
const PATIENCE_MS = 90_000;
const TICK_MS = 1_000;

/**
 * Feeds the watchdog of the service manager, which kills and restarts a service that it does not hear. Fed from the event
 * loop: one that hangs feeds nothing. And only while the program's frames advance, or may stand still: within their deadline,
 * while the supervisor holds the mixer off (a restart would take away the panel that says why) unless that lasts, and in safe
 * mode, whose panel stays whatever the media do.
 */
export class Watchdog {
	#timer: NodeJS.Timeout | undefined;
	#frames: number | null = null;
	/** When it made its last frame; the start of the service before the first. */
	#advancedAt: number;
	/** When it last made one or was held off; null before the first frame. */
	#hopefulAt: number | null = null;
	#hungry = false;
	#status = '';
	readonly #now: () => number;

	constructor(private readonly o: WatchdogOptions) {
		this.#now = o.now ?? (() => performance.now());
		this.#advancedAt = this.#now();
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
		const hungry = this.#standsTooLong() && !this.o.safeMode();
		if (hungry !== this.#hungry) {
			this.#hungry = hungry;
			const standsMs = Math.round(this.#now() - this.#advancedAt);
			if (hungry) log.error({ standsMs }, 'the program stands still: the watchdog is not fed any more');
			else log.info('the program advances again: the watchdog is fed');
		}
		if (!hungry && manager.watchdogMs !== null) manager.tell('WATCHDOG=1');
		const status = hungry ? 'The program stands still, waiting to be restarted' : this.o.status();
		if (status !== this.#status) manager.tell(`STATUS=${status}`);
		this.#status = status;
	}

	/** A new mixer counts its frames from 0 again. */
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
