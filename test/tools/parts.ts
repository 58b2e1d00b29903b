/** All parts of a recording as one program: its times and the frame counters in its pictures. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import type { Recording } from '../../service/api/schema.js';
import { type Box, readCounter } from './counter.js';
import { times } from './media.js';
import { within } from './wait.js';

/** An hour of program on a busy machine. */
const deadlineMs = 1_200_000;
/** Pictures are made this small before they are looked at: the counter's blocks are 1/40 of the width. */
const small = { width: 320, height: 180 };

/** A frame of AAC at 48 kHz, ns. */
export const SOUND_NS = (1024 / 48_000) * 1e9;

export interface Program {
	/** Absolute presentation times, ns, as they stand in the files one after the other. */
	video: bigint[];
	audio: bigint[];
	/** The counter of each picture, null where it is not to be read. */
	counters: (number | null)[];
}

/** Reads every part of a recording; `box` is where the counting source lies in the picture. */
export async function readProgram(folder: string, recording: Recording, box?: Box): Promise<Program> {
	const program: Program = { video: [], audio: [], counters: [] };
	for (const { name, part, startPtsNs } of recording.files) {
		const file = join(folder, recording.id, name);
		const [video, audio] = [await times(file, 'video'), await times(file, 'audio')];
		if (startPtsNs === null) throw new Error(`part ${part} does not say where it starts`);
		const origin = BigInt(startPtsNs) - video[0]!;
		program.video.push(...video.map((time) => origin + time));
		// The first frame of sound of a part fills the time from its first picture on (pipelines/recorder.ts).
		program.audio.push(...audio.map((time, i) => origin + (i === 0 ? audio[1]! - BigInt(Math.round(SOUND_NS)) : time)));
		if (box) program.counters.push(...(await counters(file, box)));
	}
	return program;
}

/** The counter of every picture of a file, decoded in one go. */
async function counters(file: string, box: Box): Promise<(number | null)[]> {
	const crop = `crop=iw*${box.w}:ih*${box.h}:iw*${box.x}:ih*${box.y}`;
	const filter = `${crop},scale=${small.width}:${small.height}:flags=area`;
	const args = ['-v', 'error', '-i', file, '-map', '0:v:0', '-vf', filter, '-fps_mode', 'passthrough', '-f', 'rawvideo'];
	const child = spawn('ffmpeg', [...args, '-pix_fmt', 'yuv420p', 'pipe:1'], { stdio: ['ignore', 'pipe', 'inherit'] });
	const size = small.width * small.height * 1.5;
	const found: (number | null)[] = [];
	let rest = Buffer.alloc(0);
	child.stdout.on('data', (chunk: Buffer) => {
		rest = Buffer.concat([rest, chunk]);
		for (; rest.length >= size; rest = rest.subarray(size))
			found.push(readCounter({ format: 'i420', ...small, data: rest.subarray(0, size) }));
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
