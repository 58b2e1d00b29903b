import type { Random } from '../random.js';

const pieces = [
	'',
	' ',
	'\r\n',
	'\0',
	'a=',
	'm=',
	':',
	'%s%n',
	'../..',
	'-1',
	'4294967296',
	'999999999999999999999',
	'ü',
	'\u2028',
	'"',
	'!',
	'==',
];

/** A text that differs from a good one in a few places. */
export function mutated(good: string, random: Random): string {
	let text = good;
	const at = () => Math.floor(random.next() * (text.length + 1));
	const pick = <T>(list: readonly T[]): T => list[Math.floor(random.next() * list.length)]!;
	for (let changes = 1 + Math.floor(random.next() * 4); changes > 0; changes--) {
		const lines = text.split('\r\n');
		const line = Math.floor(random.next() * lines.length);
		const changeLines = (change: (lines: string[]) => void) => {
			change(lines);
			text = lines.join('\r\n');
		};
		const from = at();
		pick([
			() => changeLines((all) => all.splice(line, 1)),
			() => changeLines((all) => all.splice(line, 0, all[Math.floor(random.next() * all.length)]!)),
			() => changeLines((all) => all.splice(line, 0, all[line]!.repeat(1 + Math.floor(random.next() * 50)))),
			() => changeLines((all) => all.reverse()),
			() => {
				text = text.slice(0, from) + pick(pieces) + text.slice(from);
			},
			() => {
				text = text.slice(0, from) + text.slice(from + Math.floor(random.next() * 20));
			},
			() => {
				text = text.slice(0, from);
			},
			() => {
				text = text.replace(/\d+/g, (number) => (random.next() < 0.1 ? pick(pieces) : number));
			},
			() => {
				text = text.slice(0, from) + String.fromCharCode(Math.floor(random.next() * 256)) + text.slice(from + 1);
			},
			() => {
				text = text.replace(/[\w-]+/g, (word) => (random.next() < 0.02 ? word.toUpperCase() : word));
			},
		])();
	}
	return text;
}
