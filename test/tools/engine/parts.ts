/** All parts of a recording as one program: its times and the frame counters in its pictures. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import type { Recording } from '../../../service/contract/recordings.js';
import { needed } from '../packages.js';
import { within } from '../wait.js';
import { type Box, readCounter } from './counter.js';
import { probe, times } from './media.js';

/** An hour of program on a busy machine. */
const deadlineMs = 1_200_000;

/** A frame of AAC at 48 kHz, ns. */
export const SOUND_NS = (1024 / 48_000) * 1e9;

export interface Program {
	/** Absolute presentation times, ns, as they stand in the files one after the other. */
	video: bigint[];
	audio: bigint[];
	/** By source, the counter in each picture; null where it is not to be read. */
	counters: Record<string, (number | null)[]>;
}

/** The parts of the program, without what else lies beside them. */
export function programFiles({ files }: Recording): Recording['files'] {
	return files.filter(({ role }) => role === 'program');
}

/** Reads every part of a recording; `boxes` is where sources that count lie in the picture. */
export async function readProgram(folder: string, recording: Recording, boxes: Record<string, Box> = {}): Promise<Program> {
	const program: Program = { video: [], audio: [], counters: Object.fromEntries(Object.keys(boxes).map((id) => [id, []])) };
	for (const { name, part, startPtsNs } of programFiles(recording)) {
		const file = join(folder, recording.id, name);
		const [video, audio] = [await times(file, 'video'), await times(file, 'audio')];
		if (startPtsNs === null) throw new Error(`part ${part} does not say where it starts`);
		const origin = BigInt(startPtsNs) - video[0]!;
		program.video.push(...video.map((time) => origin + time));
		// The first frame of sound of a part fills the time from its first picture on (pipelines/recorder.ts).
		program.audio.push(...audio.map((time, i) => origin + (i === 0 ? audio[1]! - BigInt(Math.round(SOUND_NS)) : time)));
		const found = Object.keys(boxes).length > 0 ? await counters(file, Object.values(boxes)) : [];
		for (const [i, id] of Object.keys(boxes).entries()) program.counters[id]!.push(...found[i]!);
	}
	return program;
}

/** The counters of every picture of a file, decoded in one go. Luma is enough: without chroma bytes a picture is grey. */
async function counters(file: string, boxes: Box[]): Promise<(number | null)[][]> {
	const { width = 0, height = 0 } = (await probe(file)).streams.find(({ codec_type }) => codec_type === 'video') ?? {};
	const args = ['-v', 'error', '-i', file, '-map', '0:v:0', '-fps_mode', 'passthrough', '-f', 'rawvideo', '-pix_fmt', 'gray'];
	const child = spawn(needed('ffmpeg'), [...args, 'pipe:1'], { stdio: ['ignore', 'pipe', 'inherit'] });
	const size = width * height;
	const found: (number | null)[][] = boxes.map(() => []);
	const picture = Buffer.alloc(size);
	let filled = 0;
	child.stdout.on('data', (chunk: Buffer) => {
		for (let at = 0; at < chunk.length; ) {
			const taken = chunk.copy(picture, filled, at);
			at += taken;
			filled += taken;
			if (filled < size) continue;
			filled = 0;
			for (const [i, box] of boxes.entries()) found[i]!.push(readCounter({ format: 'i420', width, height, data: picture }, box));
		}
	});
	const ended = new Promise<number | null>((resolve, reject) => {
		child.on('error', reject);
		child.on('close', resolve);
	});
	try {
		const code = await within(ended, deadlineMs, 'ffmpeg');
		if (code !== 0) throw new Error(`ffmpeg ${file}: exit code ${code}`);
		return found;
	} finally {
		child.kill('SIGKILL');
	}
}

/** Places where neighbours are not one step apart: "at 17: 120 → 122". */
export function jumps(values: (number | null)[]): string[] {
	return values.flatMap((value, i) =>
		i > 0 && value !== (values[i - 1] ?? Number.NaN) + 1 ? [`at ${i}: ${values[i - 1]} → ${value}`] : [],
	);
}

/** Numbers of `periodNs` that times are at, counted from the first. Rounding in the files must not accumulate. */
export function places(timesNs: bigint[], periodNs: number): number[] {
	return timesNs.map((time) => Math.round(Number(time - timesNs[0]!) / periodNs));
}
