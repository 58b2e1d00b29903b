import type { Canvas } from '../../pipelines/canvas.js';

/** HH:MM:SS:FF; at 29.97 a second counts 30 frames, none dropped (SMPTE ST 12-1 §5.2.1). */
export function timecodeOf(frames: number, { fpsNum, fpsDen }: Canvas): string {
	const fps = Math.round(fpsNum / fpsDen);
	const seconds = Math.floor(frames / fps);
	return [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60, frames % fps].map(two).join(':');
}

/** Whole frames that fit into a time. */
export function framesIn(ns: bigint, { fpsNum, fpsDen }: Canvas): number {
	// Half a millisecond makes up for rounding: a frame begins at its time, not after it.
	return Number(((ns + 500_000n) * BigInt(fpsNum)) / (1_000_000_000n * BigInt(fpsDen)));
}

/** "2026-05-01T19:30:00.120+02:00": the machine's zone at that time. */
export function isoWithOffset(date: Date): string {
	const offset = -date.getTimezoneOffset();
	const local = new Date(date.getTime() + offset * 60_000).toISOString().slice(0, -1);
	const minutes = Math.abs(offset);
	return `${local}${offset < 0 ? '-' : '+'}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
}

/** "1:02:05.040". */
export function clockOf(ms: number): string {
	const whole = Math.max(0, Math.round(ms));
	const seconds = Math.floor(whole / 1000);
	const parts = [two(Math.floor(seconds / 60) % 60), two(seconds % 60)];
	return `${Math.floor(seconds / 3600)}:${parts.join(':')}.${String(whole % 1000).padStart(3, '0')}`;
}

function two(value: number): string {
	return String(value).padStart(2, '0');
}
