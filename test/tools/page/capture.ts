/** Files that Chromium's fake camera and microphone play, over and over. */
import { writeFileSync } from 'node:fs';
import { parseColour } from '../engine/counter.js';

export interface Camera {
	/** `#rrggbb` all over the picture. */
	colour: string;
	width?: number;
	height?: number;
	fps?: number;
}

export interface Microphone {
	/** A whole number, so that the second the file holds repeats without a click. */
	toneHz: number;
	/** Peak; default −12. */
	dbfs?: number;
}

/** A y4m file. Chromium takes such pictures as bt601 studio range. */
export function writeCamera(file: string, { colour, width = 640, height = 360, fps = 30 }: Camera): void {
	const [r, g, b] = parseColour(colour).map((c) => c / 255) as [number, number, number];
	const luma = 0.299 * r + 0.587 * g + 0.114 * b;
	const size = width * height;
	const frame = Buffer.alloc((size * 3) / 2, Math.round(16 + 219 * luma));
	frame.fill(Math.round(128 + (224 * (b - luma)) / 1.772), size, (size * 5) / 4);
	frame.fill(Math.round(128 + (224 * (r - luma)) / 1.402), (size * 5) / 4);
	const parts = [Buffer.from(`YUV4MPEG2 W${width} H${height} F${fps}:1 Ip A1:1 C420\n`)];
	for (let i = 0; i < 2; i++) parts.push(Buffer.from('FRAME\n'), frame);
	writeFileSync(file, Buffer.concat(parts));
}

/** A wav file: one second, 16 bit, mono, 48 kHz. */
export function writeMicrophone(file: string, { toneHz, dbfs = -12 }: Microphone): void {
	const rate = 48_000;
	const wav = Buffer.alloc(44 + rate * 2);
	wav.write('RIFF', 0);
	wav.writeUInt32LE(wav.length - 8, 4);
	wav.write('WAVEfmt ', 8);
	wav.writeUInt32LE(16, 16);
	wav.writeUInt16LE(1, 20);
	wav.writeUInt16LE(1, 22);
	wav.writeUInt32LE(rate, 24);
	wav.writeUInt32LE(rate * 2, 28);
	wav.writeUInt16LE(2, 32);
	wav.writeUInt16LE(16, 34);
	wav.write('data', 36);
	wav.writeUInt32LE(rate * 2, 40);
	const peak = 32_767 * 10 ** (dbfs / 20);
	for (let i = 0; i < rate; i++) wav.writeInt16LE(Math.round(peak * Math.sin((2 * Math.PI * toneHz * i) / rate)), 44 + i * 2);
	writeFileSync(file, wav);
}
