import { locale } from '../texts/language.js';
import { t } from '../texts/texts.js';

/** 3 725 000 → "1:02:05". */
export function duration(ms: number): string {
	const seconds = Math.max(0, Math.floor(ms / 1000));
	const two = (value: number) => String(value).padStart(2, '0');
	return `${Math.floor(seconds / 3600)}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
}

/** Formatted for the language, with exactly `decimals` decimals, or at most `most`. */
export function number(value: number, { decimals = 0, most = decimals }: { decimals?: number; most?: number } = {}): string {
	return value.toLocaleString(locale(), { minimumFractionDigits: decimals, maximumFractionDigits: most });
}

export function percent(value: number, decimals = 0): string {
	return `${number(value, { decimals })} %`;
}

/** Decimal units, as on disk labels. */
export function bytes(count: number): string {
	const units = [t.words.bytes, 'kB', 'MB', 'GB', 'TB'];
	let value = count;
	let unit = 0;
	while (value >= 1000 && unit < units.length - 1) {
		value /= 1000;
		unit += 1;
	}
	return `${number(value, { decimals: unit === 0 || value >= 100 ? 0 : 1 })} ${units[unit]}`;
}

/** Recording time left at a bitrate, deliberately coarse: "about 3 h 20 min". */
export function timeLeft(freeBytes: number, kbps: number): string {
	const minutes = Math.floor((freeBytes * 8) / (kbps * 1000) / 60);
	if (minutes < 60) return t.words.timeLeft.minutes(minutes);
	if (minutes < 48 * 60) return t.words.timeLeft.hours(Math.floor(minutes / 60), Math.floor((minutes % 60) / 10) * 10);
	return t.words.timeLeft.days(Math.floor(minutes / 60 / 24));
}

export function decibels(value: number): string {
	const rounded = Math.round(value * 10) / 10;
	return `${rounded > 0 ? '+' : rounded < 0 ? '−' : ''}${number(Math.abs(rounded), { decimals: 1 })} dB`;
}

export function localTime(iso: string): string {
	return written(iso, { dateStyle: 'medium', timeStyle: 'short' });
}

/** Time of day, to the second. */
export function clockTime(at: string | number): string {
	return written(at, { timeStyle: 'medium' });
}

/** The date in words. */
export function localDay(iso: string): string {
	return written(iso, { dateStyle: 'full' });
}

/** Text that is not a time is returned unchanged. */
export function written(at: string | number, style: Intl.DateTimeFormatOptions): string {
	const date = new Date(at);
	return Number.isNaN(date.getTime()) ? String(at) : date.toLocaleString(locale(), style);
}

export function bitrate(kbps: number): string {
	return kbps < 1000 ? `${number(kbps)} kbit/s` : `${number(kbps / 1000, { decimals: 1 })} Mbit/s`;
}

/** Picture size and rate: "1280×720, 29.97 fps". */
export function picture({ width, height, fps }: { width: number; height: number; fps: number }): string {
	return t.words.fps(`${width}×${height}`, number(fps, { most: 2 }));
}
