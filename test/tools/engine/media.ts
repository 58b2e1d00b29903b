/** What is really in a media file, by ffmpeg and ffprobe. */
import { spawn } from 'node:child_process';
import { needed } from '../packages.js';
import { patienceMs, within } from '../wait.js';
import type { Picture } from './counter.js';

export async function run(program: string, args: string[]): Promise<Buffer> {
	const child = spawn(needed(program), args, { stdio: ['ignore', 'pipe', 'pipe'] });
	const out: Buffer[] = [];
	let complaint = '';
	child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
	child.stderr.on('data', (chunk) => {
		complaint += chunk;
	});
	const ended = new Promise<number | null>((resolve, reject) => {
		child.on('error', reject);
		child.on('close', resolve);
	});
	try {
		const code = await within(ended, patienceMs, program);
		if (code !== 0) throw new Error(`${program} ${args.join(' ')}: exit code ${code}: ${complaint.trim()}`);
		return Buffer.concat(out);
	} finally {
		child.kill('SIGKILL');
	}
}

interface Probe {
	format: { duration?: string; format_name: string };
	streams: {
		codec_type: string;
		codec_name: string;
		profile?: string;
		width?: number;
		height?: number;
		time_base: string;
		duration?: string;
		sample_rate?: string;
		channels?: number;
	}[];
}

/** Container, streams and durations as ffprobe names them. */
export async function probe(file: string): Promise<Probe> {
	return JSON.parse(String(await run('ffprobe', ['-v', 'error', '-show_format', '-show_streams', '-of', 'json', file])));
}

/** Presentation times of the packets of the first `video` or `audio` stream, ns, in order of time. */
export async function times(file: string, kind: 'video' | 'audio'): Promise<bigint[]> {
	const select = ['-v', 'error', '-select_streams', `${kind[0]}:0`, '-of', 'json'];
	const json = JSON.parse(String(await run('ffprobe', [...select, '-show_entries', 'stream=time_base:packet=pts', file]))) as {
		packets: { pts?: number }[];
		streams: { time_base: string }[];
	};
	const [num, den] = json.streams[0]!.time_base.split('/').map(BigInt) as [bigint, bigint];
	return json.packets
		.filter((packet) => packet.pts !== undefined)
		.map((packet) => (BigInt(packet.pts!) * 1_000_000_000n * num + den / 2n) / den)
		.sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
}

export interface Cadence {
	frames: number;
	/** Places of the grid between the first and the last frame that no frame has. */
	missing: number;
	/** Frames whose place another one has already. */
	repeated: number;
	/** Largest distance of a frame from its place, ns. */
	worstNs: number;
}

/** How well times (ns, in order) keep a rate of fpsNum/fpsDen frames a second. */
export function cadence(timesNs: bigint[], fpsNum: number, fpsDen = 1): Cadence {
	const period = (1e9 * fpsDen) / fpsNum;
	let [missing, repeated, worstNs, lastPlace] = [0, 0, 0, -1];
	for (const time of timesNs) {
		const elapsed = Number(time - timesNs[0]!);
		const place = Math.round(elapsed / period);
		worstNs = Math.max(worstNs, Math.abs(elapsed - place * period));
		if (place === lastPlace) repeated++;
		missing += Math.max(0, place - lastPlace - 1);
		lastPlace = place;
	}
	return { frames: timesNs.length, missing, repeated, worstNs };
}

/** The pictures at these numbers (0 is the first of the file), in rising order. */
export async function frames(file: string, indexes: number[]): Promise<Picture[]> {
	const video = (await probe(file)).streams.find((stream) => stream.codec_type === 'video');
	if (!video?.width || !video.height) throw new Error(`${file}: no video`);
	const wanted = [...new Set(indexes)].sort((a, b) => a - b);
	// Rows as one term each: ffmpeg's parser fails at some 200 terms.
	const rows = wanted.filter((index, i) => index - 1 !== wanted[i - 1]);
	const ends = wanted.filter((index, i) => index + 1 !== wanted[i + 1]);
	const select = rows.map((first, i) => `between(n\\,${first}\\,${ends[i]})`).join('+');
	const filter = `select=${select},scale=in_color_matrix=bt709:in_range=limited:out_range=full`;
	const args = ['-v', 'error', '-i', file, '-map', '0:v:0', '-vf', filter, '-fps_mode', 'passthrough'];
	const raw = await run('ffmpeg', [...args, '-frames:v', String(wanted.length), '-f', 'rawvideo', '-pix_fmt', 'rgba', 'pipe:1']);
	const size = video.width * video.height * 4;
	if (raw.length !== size * wanted.length)
		throw new Error(`${file}: ${raw.length / size} of ${wanted.length} frames could be read`);
	return wanted.map((_, i) => ({
		format: 'rgba',
		width: video.width!,
		height: video.height!,
		data: raw.subarray(i * size, (i + 1) * size),
	}));
}

/** The whole sound of the first audio stream: interleaved stereo at 48 kHz. */
export async function sound(file: string): Promise<Float32Array> {
	const raw = await run('ffmpeg', [
		'-v',
		'error',
		'-i',
		file,
		'-map',
		'0:a:0',
		'-ac',
		'2',
		'-ar',
		'48000',
		'-f',
		'f32le',
		'pipe:1',
	]);
	return new Float32Array(raw.buffer.slice(raw.byteOffset, raw.byteOffset + raw.length - (raw.length % 4)));
}
