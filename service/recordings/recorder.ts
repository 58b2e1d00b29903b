import { mkdirSync } from 'node:fs';
import { mkdir, readdir, rm, stat, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { type Canvas, fpsOf, gridFrameAt } from '../../pipelines/canvas.js';
import { HISTORY_MS } from '../../pipelines/encoder.js';
import type { Recording, RecordingCreate } from '../contract/recordings.js';
import type { Faults } from '../faults/faults.js';
import type { Supervisor } from '../hosts/supervisor.js';
import { recordingLogFiles } from '../showLog/recordingLog.js';
import type { ShowLog } from '../showLog/showLog.js';
import type { LiveState } from '../state/state.js';
import type { Store } from '../store/store.js';
import { messageOf, StudioError } from '../util/errors.js';
import { checkRoom } from '../util/limits.js';
import { TrackRun } from './run.js';
import { partOf, type RecordedTrack } from './track.js';

/** Below this no recording starts, and a running one ends while its file can still be closed. */
const MIN_FREE_BYTES = { start: 256 * 2 ** 20, run: 64 * 2 ** 20 };
const REFRESH_MS = 1_000;
/** Refreshes between saves of the list: even after a crash it knows roughly how long a recording ran. */
const SAVE_EVERY = 5;

export interface RecorderOptions {
	instance: string;
	canvas: Canvas;
	dataDir: string;
	state: LiveState;
	store: Store;
	faults: Faults;
	supervisor: Supervisor;
	/** The program first. */
	tracks: readonly [RecordedTrack, ...RecordedTrack[]];
	showLog: Pick<ShowLog, 'writeFor'>;
}

interface Running {
	runs: TrackRun[];
	refreshes: number;
	timer: NodeJS.Timeout;
}

/** Records tracks: one folder per recording, one file per part of a track, each track written by its own process. */
export class Recorder {
	#running = new Map<string, Running>();
	/** While the disk is full. */
	#room: NodeJS.Timeout | undefined;

	constructor(private readonly o: RecorderOptions) {}

	get folder(): string {
		return join(this.o.dataDir, 'recordings');
	}

	/** Restores the list, and finishes what was recording when the service ended. */
	restore(): void {
		try {
			mkdirSync(this.folder, { recursive: true });
		} catch (error) {
			this.o.faults.raise({
				code: 'recording-folder',
				subject: 'recordings',
				params: { folder: this.folder, error: messageOf(error) },
			});
		}
		for (const recording of this.o.store.recordings.list()) {
			const ended = recording.state !== 'finished' && recording.state !== 'fault';
			this.#publish(
				ended ? { ...recording, state: 'finished', lastError: 'the service stopped during the recording' } : recording,
			);
			void this.#restoreFiles(recording.id, ended);
		}
	}

	get(id: string): Recording {
		const recording = this.o.state.current.recordings[id];
		if (!recording) throw new StudioError('not-found', `there is no recording ${id}`);
		return recording;
	}

	path(id: string, name: string): string {
		if (!this.get(id).files.some((file) => file.name === name))
			throw new StudioError('not-found', `recording ${id} has no file ${name}`);
		return join(this.folder, id, name);
	}

	async start({ name, iso, prerollS = 0 }: RecordingCreate): Promise<Recording> {
		if (iso?.length)
			throw new StudioError('invalid', 'iso: recording single sources is not available yet; leave it out to record the program');
		const active = [...this.#running.keys()][0];
		if (active) throw new StudioError('conflict', `recording ${active} is running; stop it first`);
		checkRoom('recordings', Object.keys(this.o.state.current.recordings).length);
		const wanted = process.hrtime.bigint() - BigInt(Math.round(prerollS * 1000)) * 1_000_000n;
		const starts = this.o.tracks.flatMap((track) => {
			const startPtsNs = track.keyFrames.before(wanted);
			return startPtsNs === null ? [] : [{ track, startPtsNs }];
		});
		const startPtsNs = String(starts[0]?.startPtsNs);
		if (starts.length < this.o.tracks.length)
			throw new StudioError(
				'not-on-air',
				'the program encoder has not produced a picture yet; try again in a moment',
				undefined,
				1,
			);
		const startedAt = new Date();
		const id = `rec-${startedAt.toISOString().slice(0, 19).replace(/[-:]/g, '').replace('T', '-')}-${Math.random().toString(36).slice(2, 6)}`;
		await this.#makeFolder(id);
		this.#publish({
			id,
			name: name ?? `Recording ${startedAt.toISOString().slice(0, 16).replace('T', ' ')}`,
			state: 'starting',
			startedAt: startedAt.toISOString(),
			startFrame: gridFrameAt(startPtsNs, this.o.canvas),
			startPtsNs,
			durationMs: 0,
			files: [],
			lastError: null,
		});
		this.#save(id);
		try {
			await this.#run(id, starts);
		} catch (error) {
			await this.#finish(id, 'fault', messageOf(error));
			throw error;
		}
		return this.get(id);
	}

	async stop(id: string): Promise<Recording> {
		const running = this.#running.get(id);
		if (!running || this.get(id).state === 'stopping') throw new StudioError('conflict', `recording ${id} is not running`);
		await this.#finish(id, 'finished', null);
		return this.get(id);
	}

	async remove(id: string): Promise<void> {
		this.get(id);
		if (this.#running.has(id)) throw new StudioError('conflict', `recording ${id} is running; stop it first`);
		await rm(join(this.folder, id), { recursive: true, force: true });
		this.o.store.recordings.remove(id);
		for (const code of ['recording-gap', 'recording-lost'] as const) this.o.faults.clear(code, id);
		this.o.state.recordings.remove(id);
	}

	/** Ends what is running, for a clean stop of the service. */
	async stopAll(): Promise<void> {
		clearInterval(this.#room);
		await Promise.all([...this.#running.keys()].map((id) => this.#finish(id, 'finished', null)));
	}

	async #run(id: string, starts: { track: RecordedTrack; startPtsNs: bigint }[]): Promise<void> {
		const { instance, canvas, supervisor } = this.o;
		const folder = join(this.folder, id);
		const runs = starts.map(({ track, startPtsNs }, index) => {
			const name = index === 0 ? id : `${id}-${track.prefix}`;
			return new TrackRun({ name, track, folder, instance, canvas, startPtsNs, supervisor });
		});
		const timer = setInterval(() => void this.#watch(id), REFRESH_MS);
		this.#running.set(id, { runs, refreshes: 0, timer });
		await Promise.all(runs.map((run) => run.start()));
		this.#update(id, { state: 'recording' });
		this.o.faults.clear('recording-folder', 'recordings');
		await this.#refreshFiles(id);
	}

	async #finish(id: string, state: 'finished' | 'fault', error: string | null): Promise<void> {
		const running = this.#running.get(id);
		this.#update(id, { state: 'stopping' });
		if (running) {
			clearInterval(running.timer);
			await Promise.all(running.runs.map((run) => run.finish()));
			await this.#refreshFiles(id);
			this.#running.delete(id);
		}
		await this.#writeLog(id);
		const lost = running?.runs.flatMap((run) => run.lost) ?? [];
		const [end, reason] = this.#hasProgram(id)
			? [state, error ?? (lost.length > 0 ? `lost during the recording: ${lost.join(', ')}` : null)]
			: (['fault', error ?? 'its files are gone'] as const);
		this.#update(id, { state: end, lastError: reason });
		this.#save(id);
	}

	async #watch(id: string): Promise<void> {
		const running = this.#running.get(id);
		if (!running || this.get(id).state !== 'recording') return;
		for (const run of running.runs) {
			const lost = await run.replaceLost();
			if (lost !== null) this.#reportLost(id, lost);
		}
		await this.#refreshFiles(id);
		running.refreshes += 1;
		if (running.refreshes % SAVE_EVERY === 0) this.#save(id);
		const space = await free(this.folder);
		if (space !== null && space < MIN_FREE_BYTES.run) {
			this.o.faults.raise({
				code: 'disk-full',
				subject: 'recordings',
				params: { name: this.get(id).name, leftMb: megabytes(space), folder: this.folder },
			});
			this.#watchRoom();
			await this.#finish(id, 'fault', 'the disk was full');
		}
	}

	/** The disk is full until there is room to start a recording again. */
	#watchRoom(): void {
		clearInterval(this.#room);
		const look = async () => {
			const space = await free(this.folder);
			if (space === null || space < MIN_FREE_BYTES.start) return;
			clearInterval(this.#room);
			this.o.faults.clear('disk-full', 'recordings');
		};
		this.#room = setInterval(() => void look(), REFRESH_MS).unref();
	}

	#reportLost(id: string, file: string): void {
		const { name } = this.get(id);
		this.o.faults.raise({
			code: 'recording-lost',
			subject: id,
			params: { file, name, backS: Math.round(HISTORY_MS / 1000), folder: this.folder },
		});
	}

	/** After a crash: takes the files as they are, and writes the show log that is still missing. */
	async #restoreFiles(id: string, ended: boolean): Promise<void> {
		await this.#refreshFiles(id);
		if (!this.o.state.current.recordings[id]?.files.some(({ role }) => role === 'log')) await this.#writeLog(id);
		if (ended && this.o.state.current.recordings[id]) this.#save(id);
	}

	async #writeLog(id: string): Promise<void> {
		await this.o.showLog.writeFor(this.get(id), join(this.folder, id));
		await this.#refreshFiles(id);
	}

	async #refreshFiles(id: string): Promise<void> {
		const runs = this.#running.get(id)?.runs ?? [];
		const known = this.o.state.current.recordings[id];
		if (!known) return;
		for (const run of runs) await run.scan();
		const written = runs.flatMap((run) => run.files());
		const files: Recording['files'] = [];
		for (const name of await namesIn(join(this.folder, id))) {
			const file = known.files.find((file) => file.name === name && file.role !== 'log') ?? this.#newFile(name);
			if (!file) continue;
			const { size: bytes } = await stat(join(this.folder, id, name)).catch(() => ({ size: 0 }));
			const { startPtsNs, endPtsNs } = written.find((file) => file.name === name) ?? file;
			files.push({ ...file, bytes, startPtsNs, endPtsNs });
		}
		files.push(...(await recordingLogFiles(join(this.folder, id))));
		this.#update(id, { files, durationMs: Math.max(0, ...runs.map((run) => run.durationMs)) || known.durationMs });
		this.#reportMissing(id, Math.max(0, ...runs.map((run) => run.missingMs())));
	}

	/** A file of one of the tracks; null when its name is no such file's. */
	#newFile(name: string): Recording['files'][number] | null {
		const { prefix, part = 0 } = partOf(name) ?? {};
		const track = this.o.tracks.find((track) => track.prefix === prefix);
		if (!track) return null;
		const { source } = track;
		const { width, height } = this.o.canvas;
		return {
			name,
			role: source === null ? 'program' : 'iso',
			source,
			part,
			bytes: 0,
			width,
			height,
			fps: fpsOf(this.o.canvas),
			codec: 'h264+aac',
			startPtsNs: null,
			endPtsNs: null,
		};
	}

	/** Stays until the recording is deleted: somebody will want to know. */
	#reportMissing(id: string, missingMs: number): void {
		if (missingMs === 0 || this.o.faults.list().some(({ code, subject }) => code === 'recording-gap' && subject === id)) return;
		this.o.faults.raise({
			code: 'recording-gap',
			subject: id,
			params: { missingMs: Math.round(missingMs) },
		});
	}

	async #makeFolder(id: string): Promise<void> {
		try {
			await mkdir(join(this.folder, id), { recursive: true });
		} catch (error) {
			throw new StudioError('disk', `the folder for the recording cannot be created in ${this.folder}: ${messageOf(error)}`);
		}
		const space = await free(this.folder);
		if (space !== null && space < MIN_FREE_BYTES.start)
			throw new StudioError(
				'disk',
				`only ${megabytes(space)} MB are left in ${this.folder}; a recording needs ${megabytes(MIN_FREE_BYTES.start)} MB to start`,
			);
	}

	#hasProgram(id: string): boolean {
		return this.get(id).files.some(({ role, bytes }) => role === 'program' && bytes > 0);
	}

	#publish(recording: Recording): void {
		this.o.state.recordings.put(recording.id, recording);
	}

	#update(id: string, patch: Partial<Recording>): void {
		if (!this.o.state.current.recordings[id]) return;
		this.o.state.recordings.patch(id, patch);
	}

	#save(id: string): void {
		this.o.store.recordings.put(this.get(id));
	}
}

/** Sorted; empty when the folder is gone. */
async function namesIn(folder: string): Promise<string[]> {
	return (await readdir(folder).catch(() => [])).sort();
}

async function free(folder: string): Promise<number | null> {
	try {
		const { bavail, bsize } = await statfs(folder);
		return bavail * bsize;
	} catch {
		return null;
	}
}

function megabytes(bytes: number): number {
	return Math.round(bytes / 2 ** 20);
}
