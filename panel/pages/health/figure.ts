import { bitrate, bytes, number } from '../../elements/format.js';

/** A value with its unit, for people. */
export function figure(value: number | null, unit: string): string {
	if (value === null) return '–';
	if (unit === 'bytes') return bytes(value);
	if (unit === 'bytes/s') return `${bytes(value)}/s`;
	if (unit === 'kbit/s') return bitrate(value);
	const digits = Math.abs(value) < 10 && !Number.isInteger(value) ? 1 : 0;
	const text = number(value, { decimals: 0, most: digits });
	return unit === '/s' ? `${text}/s` : unit === '' ? text : `${text} ${unit}`;
}
