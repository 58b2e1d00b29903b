/** Trees that look like a machine's sysfs and procfs to who asks for its capture devices and sound cards. */
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import type { Roots } from '../../../service/sources/captureDevices.js';

export interface Node {
	node: string;
	name: string;
	/** Below /sys/devices. */
	place: string;
	driver: string;
	index?: number;
}

function link(from: string, to: string): void {
	mkdirSync(dirname(from), { recursive: true });
	mkdirSync(to, { recursive: true });
	symlinkSync(relative(dirname(from), to), from);
}

export interface Card {
	id: string;
	name: string;
	/** Lines of /proc/asound/pcm behind the card's number. */
	pcm: string[];
	/** Below /sys/devices. */
	place: string;
}

const folders: string[] = [];

/** A tree with these nodes and, by card number, these sound cards. */
export function deviceTree(nodes: Node[], cards: Card[] = []): Roots {
	const root = mkdtempSync(join(tmpdir(), 'r58-sys-'));
	folders.push(root);
	plant(root, nodes, cards);
	return { sys: join(root, 'sys'), proc: join(root, 'proc') };
}

/** Makes another machine of it. */
export function replant({ sys }: Roots, nodes: Node[], cards: Card[] = []): void {
	const root = dirname(sys);
	rmSync(root, { recursive: true, force: true });
	plant(root, nodes, cards);
}

/** Removes every tree. */
export function fellTrees(): void {
	for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
}

function plant(root: string, nodes: Node[], cards: Card[]): void {
	const [sys, proc] = [join(root, 'sys'), join(root, 'proc')];
	mkdirSync(join(proc, 'asound'), { recursive: true });
	for (const { node, name, place, driver, index = 0 } of nodes) {
		const device = join(sys, 'devices', place);
		const own = join(device, 'video4linux', node);
		mkdirSync(own, { recursive: true });
		writeFileSync(join(own, 'name'), `${name}\n`);
		writeFileSync(join(own, 'index'), `${index}\n`);
		symlinkSync('../..', join(own, 'device'));
		link(join(sys, 'class/video4linux', node), own);
		try {
			link(join(device, 'driver'), join(sys, 'bus/drivers', driver));
		} catch {
			// Another node of the same device made it.
		}
	}
	const list = cards.map(({ id, name }, i) => ` ${i} [${id.padEnd(15)}]: driver - ${name}\n                      long name\n`);
	writeFileSync(join(proc, 'asound/cards'), list.join(''));
	writeFileSync(join(proc, 'asound/pcm'), cards.flatMap(({ pcm }, i) => pcm.map((line) => `0${i}-${line}\n`)).join(''));
	for (const [i, { place }] of cards.entries()) {
		const card = join(sys, 'devices', place, 'sound', `card${i}`);
		mkdirSync(card, { recursive: true });
		symlinkSync('../..', join(card, 'device'));
		link(join(sys, 'class/sound', `card${i}`), card);
	}
}
