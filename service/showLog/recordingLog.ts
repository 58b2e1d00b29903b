import { rename, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Canvas, fpsOf } from '../../pipelines/canvas.js';
import type { Recording } from '../contract/recordings.js';
import type { LogEntry } from '../contract/showLog.js';
import { byteOrderMark, csvLine } from './csv.js';
import { clockOf, framesIn, timecodeOf } from './timecode.js';

/** A recording ends a little before it is stopped: the last pictures are still on their way to the file. */
const STOP_NS = 1_000_000_000n;
const names = { csv: 'show-log.csv', json: 'show-log.json' };

/** An entry by the time of the recording's picture. */
interface Mark {
	ms: number;
	/** Of the recording, counted from 0. */
	frame: number;
	timecode: string;
	entry: LogEntry;
}

interface Chapter {
	title: string;
	startMs: number;
	endMs: number;
	timecode: string;
}

/**
 * Writes show-log.csv and show-log.json. `run`: the log of the service's run that made the recording. `over`: that run has ended.
 */
export async function writeRecordingLog(
	recording: Recording,
	run: LogEntry[],
	{ folder, canvas, over }: { folder: string; canvas: Canvas; over: boolean },
): Promise<void> {
	const { id, name, startedAt, startFrame, startPtsNs, durationMs } = recording;
	const started = run.find(({ kind, event, subject }) => kind === 'recording' && event === 'started' && subject === id);
	if (!started || startPtsNs === null) return;
	const startNs = BigInt(startPtsNs);
	const ended = run.some(
		({ kind, event, subject }) => kind === 'recording' && event !== 'part' && event !== 'started' && subject === id,
	);
	// A service that died recorded until it ended; nothing tells more exactly when that was.
	const endNs = over && !ended ? null : lastPicture(recording, startNs);
	const marks = marksOf(run, startNs, endNs, canvas);
	const json = {
		recording: { id, name, startedAt, startFrame, startPtsNs, durationMs, fps: fpsOf(canvas) },
		chapters: chaptersOf(marks, sceneBefore(run, startNs), endNs === null ? (marks.at(-1)?.ms ?? 0) : msFrom(startNs, endNs)),
		marks: marks.map(({ ms, frame, timecode, entry: { id: _, frame: programFrame, timecode: programTimecode, ...entry } }) => ({
			ms,
			frame,
			timecode,
			...entry,
			programFrame,
			programTimecode,
		})),
	};
	const head = ['time', 'timecode', 'frame', 'at', 'kind', 'event', 'subject', 'text', 'who'];
	const lines = marks.map(({ ms, timecode, frame, entry: { at, kind, event, subject, text, who } }) =>
		csvLine([clockOf(ms), timecode, frame, at, kind, event, subject, text, who]),
	);
	await write(join(folder, names.csv), `${byteOrderMark}${csvLine(head)}${lines.join('')}`);
	await write(join(folder, names.json), `${JSON.stringify(json, null, '\t')}\n`);
}

/** The log files in a recording's folder, as files of the recording. */
export async function recordingLogFiles(folder: string): Promise<Recording['files']> {
	const files = await Promise.all(
		Object.entries(names).map(async ([codec, name]) => {
			const found = await stat(join(folder, name)).catch(() => null);
			const noPicture = { part: 0, width: 0, height: 0, fps: 0, startPtsNs: null, endPtsNs: null };
			return found ? [{ name, role: 'log' as const, source: null, codec, bytes: found.size, ...noPicture }] : [];
		}),
	);
	return files.flat();
}

function msFrom(startNs: bigint, ns: bigint): number {
	return Math.round(Number(ns - startNs) / 1e6);
}

function timeOf({ ptsNs, monoNs }: LogEntry): bigint {
	return BigInt(ptsNs ?? monoNs);
}

/** Where the files end; the duration is slightly older. */
function lastPicture({ files, durationMs }: Recording, startNs: bigint): bigint {
	const ends = files.map(({ endPtsNs }) => BigInt(endPtsNs ?? 0));
	return [...ends, startNs + BigInt(Math.round(durationMs)) * 1_000_000n].reduce((last, end) => (end > last ? end : last));
}

/** What happened from the first picture to the last, by time. */
function marksOf(run: LogEntry[], startNs: bigint, endNs: bigint | null, canvas: Canvas): Mark[] {
	return run
		.filter((entry) => timeOf(entry) >= startNs && (endNs === null || timeOf(entry) <= endNs + STOP_NS))
		.map((entry) => {
			const sinceNs = timeOf(entry) - startNs;
			const frame = framesIn(sinceNs, canvas);
			return { ms: msFrom(startNs, timeOf(entry)), frame, timecode: timecodeOf(frame, canvas), entry };
		})
		.sort((a, b) => a.ms - b.ms || a.entry.id - b.entry.id);
}

/** The scene that was on air when the recording's picture begins. */
function sceneBefore(run: LogEntry[], startNs: bigint): string | null {
	return run.findLast((entry) => entry.scene !== null && timeOf(entry) < startNs)?.scene ?? null;
}

/** One per scene on air; those without length are left out. */
function chaptersOf(marks: Mark[], first: string | null, lengthMs: number): Chapter[] {
	const takes = marks.filter(({ entry }) => entry.kind === 'take');
	const starts = [
		{ ms: 0, timecode: '00:00:00:00', scene: first },
		...takes.map((mark) => ({ ...mark, scene: mark.entry.scene })),
	];
	return starts
		.map(({ ms, timecode, scene }, i) => ({
			title: scene ?? 'Nothing',
			startMs: ms,
			endMs: starts[i + 1]?.ms ?? Math.max(ms, lengthMs),
			timecode,
		}))
		.filter(({ startMs, endMs }) => endMs > startMs);
}

/** Atomic. */
async function write(path: string, text: string): Promise<void> {
	await writeFile(`${path}.part`, text);
	await rename(`${path}.part`, path);
}
