import { randomBytes } from 'node:crypto';
import type { Canvas } from '../../pipelines/canvas.js';
import type { Recording } from '../contract/recordings.js';
import type { Happening, LogEntry, LogPage, LogQuery } from '../contract/showLog.js';
import type { LiveState } from '../state/state.js';
import type { LogEntries } from '../store/logEntries.js';
import type { Log } from '../util/log.js';
import { type Ask, Asks, type Settle } from './asks.js';
import { sceneLabel } from './labels.js';
import { Observer } from './observer.js';
import { writeRecordingLog } from './recordingLog.js';
import { framesIn, isoWithOffset, timecodeOf } from './timecode.js';
import type { Watch } from './watch.js';

/** A crash loses at most this much. */
const FLUSH_MS = 400;
/** Entries waiting while the disk accepts none. */
const MAX_PENDING = 5_000;
const PURGE_EVERY = 500;

export interface ShowLogOptions {
	entries: LogEntries;
	canvas: Canvas;
	version: string;
	log: Log;
}

/** What happened in the show and who did it, kept over restarts; written a few times a second, in one transaction each. */
export class ShowLog {
	readonly #run = randomBytes(4).toString('hex');
	readonly #startedNs = process.hrtime.bigint();
	readonly #asks = new Asks((happening) => this.add(happening));
	#pending: Omit<LogEntry, 'id'>[] = [];
	#timer: NodeJS.Timeout | undefined;
	#observer: Observer | undefined;
	#appended = 0;
	#dropped = 0;

	constructor(private readonly o: ShowLogOptions) {}

	/** From here on changes are logged. */
	follow(state: LiveState, watches: readonly Watch[]): void {
		this.o.entries.purge();
		const { version, entries } = this.o;
		const last = entries.last();
		const crashed = last !== null && !(last.kind === 'system' && last.event === 'stopped');
		this.add({
			kind: 'system',
			event: 'started',
			text: `R58 Studio ${version} started${crashed ? '; it had not been shut down properly' : ''}`,
			scene: sceneLabel(state.current),
		});
		this.flush();
		this.#observer = new Observer(state, (happening) => this.add(happening), this.#asks, watches);
	}

	add({ subject = null, who = null, scene = null, frame = null, ptsNs = null, ...what }: Happening, agoMs = 0): void {
		const monoNs = process.hrtime.bigint() - BigInt(agoMs) * 1_000_000n;
		const sinceNs = (ptsNs === null ? monoNs : BigInt(ptsNs)) - this.#startedNs;
		this.#pending.push({
			at: isoWithOffset(new Date(Date.now() - agoMs)),
			monoNs: String(monoNs),
			run: this.#run,
			...what,
			subject,
			who,
			scene,
			frame,
			ptsNs,
			timecode: timecodeOf(framesIn(sinceNs > 0n ? sinceNs : 0n, this.o.canvas), this.o.canvas),
		});
		if (this.#pending.length > MAX_PENDING) {
			this.#pending.shift();
			this.#dropped += 1;
		}
		this.#timer ??= setTimeout(() => this.flush(), FLUSH_MS);
	}

	/** Begins a caller's request: what it changes in the state is logged under the caller's name. */
	begin(ask: Ask): Settle {
		return this.#asks.begin(ask);
	}

	find(query: LogQuery): LogPage {
		this.flush();
		const entries = this.o.entries.find({ ...query, limit: query.limit + 1 });
		const page = entries.slice(0, query.limit);
		const next = entries.length > query.limit ? page.at(-1)!.id : null;
		return { entries: page, next, purged: this.o.entries.purged, dropped: this.#dropped };
	}

	/** For an export. */
	oldest(query: LogQuery): LogEntry[] {
		this.flush();
		return this.o.entries.find(query, 'ASC');
	}

	note(text: string, who: string, agoMs: number): LogEntry {
		this.add({ kind: 'note', event: 'note', text, who }, agoMs);
		return this.find({ limit: 1 }).entries[0]!;
	}

	/** Writes what happened during a recording beside its files, unless its start is not in the log. */
	async writeFor(recording: Recording, folder: string): Promise<void> {
		try {
			this.flush();
			const run = this.o.entries.ofRecording(recording.id);
			await writeRecordingLog(recording, run, { folder, canvas: this.o.canvas, over: run[0]?.run !== this.#run });
		} catch (error) {
			this.o.log.error({ err: error, recording: recording.id }, 'the show log of a recording cannot be written');
		}
	}

	stop(): void {
		this.#observer?.stop();
		this.add({ kind: 'system', event: 'stopped', text: 'R58 Studio was stopped' });
		this.flush();
		clearTimeout(this.#timer);
	}

	/** Writes waiting entries; retries if the disk accepts none now. */
	flush(): void {
		clearTimeout(this.#timer);
		this.#timer = undefined;
		if (this.#pending.length === 0) return;
		try {
			this.o.entries.append(this.#pending);
			this.#appended += this.#pending.length;
			this.#pending = [];
			if (this.#appended < PURGE_EVERY) return;
			this.#appended = 0;
			this.o.entries.purge();
		} catch (error) {
			this.o.log.onceASecond('show log').error({ err: error }, 'the show log cannot be written');
			this.#timer = setTimeout(() => this.flush(), FLUSH_MS);
		}
	}
}
