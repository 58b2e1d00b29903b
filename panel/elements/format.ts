/** 3 725 000 → "1:02:05". */
export function duration(ms: number): string {
	const seconds = Math.max(0, Math.floor(ms / 1000));
	const two = (value: number) => String(value).padStart(2, '0');
	return `${Math.floor(seconds / 3600)}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
}

/** Decimal units, as on the label of a disk. */
export function bytes(count: number): string {
	const units = ['bytes', 'kB', 'MB', 'GB', 'TB'];
	let value = count;
	let unit = 0;
	while (value >= 1000 && unit < units.length - 1) {
		value /= 1000;
		unit += 1;
	}
	return `${unit === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${units[unit]}`;
}

/** Recording time left at a bitrate, coarse on purpose: "about 3 h 20 min". */
export function timeLeft(freeBytes: number, kbps: number): string {
	const minutes = Math.floor((freeBytes * 8) / (kbps * 1000) / 60);
	if (minutes < 60) return `about ${minutes} min`;
	if (minutes < 48 * 60) return `about ${Math.floor(minutes / 60)} h ${Math.floor((minutes % 60) / 10) * 10} min`;
	return `about ${Math.floor(minutes / 60 / 24)} days`;
}

export function decibels(value: number): string {
	const rounded = Math.round(value * 10) / 10;
	return `${rounded > 0 ? '+' : rounded < 0 ? '−' : ''}${Math.abs(rounded).toFixed(1)} dB`;
}

export function localTime(iso: string): string {
	const date = new Date(iso);
	return Number.isNaN(date.getTime()) ? iso : date.toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'short' });
}

export function bitrate(kbps: number): string {
	return kbps < 1000 ? `${Math.round(kbps)} kbit/s` : `${(kbps / 1000).toFixed(1)} Mbit/s`;
}

/** A picture's size and rate: "1280×720, 29.97 fps". */
export function picture({ width, height, fps }: { width: number; height: number; fps: number }): string {
	return `${width}×${height}, ${Math.round(fps * 100) / 100} fps`;
}
