/**
 * What can capture on this machine, read from /sys and /proc alone: no node is opened here (each has one opener, its host).
 * Numbers of nodes move from boot to boot, so a device is known by its driver and its place on the bus.
 */
import { existsSync, readdirSync, readFileSync, realpathSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { plainText } from '../contract/humanText.js';

export interface CaptureDevice {
	/** Driver and place on the bus, the same after every boot: `uvcvideo pci0000:00/0000:00:14.0/usb1/1-2/1-2:1.0`. */
	key: string;
	driver: string;
	name: string;
	/** `/dev/video0` */
	device: string;
	/** The bridge chip's own node, where the signal is known there and not at the video node. */
	subdev: string | null;
	/** ALSA name of the card that certainly belongs to it, if any. */
	alsaDevice: string | null;
	/** Number of the input as printed on the case, or null. */
	position: number | null;
}

export interface SoundCard {
	/** `hw:CARD=Loopback,DEV=1` */
	device: string;
	label: string;
	/** Place on the bus of the card; empty when it has none. */
	bus: string;
}

/** Where to read; tests bring their own trees. */
export interface Roots {
	sys: string;
	proc: string;
}
export const roots: Roots = { sys: '/sys', proc: '/proc' };

/**
 * The four inputs of the R58 4x4 as its case and the upstream product number them. The CSI receivers do not know their
 * signal: the LT6911UXE in front of each does, named by its place on I²C. (Facts of the vendor's kernel 6.1.)
 */
const r58Inputs: { place: RegExp; position: number; bridge?: string }[] = [
	{ place: /rkcif-mipi-lvds$/, position: 1, bridge: '7-002b' },
	{ place: /hdmirx/, position: 2 },
	{ place: /rkcif-mipi-lvds1$/, position: 3, bridge: '4-002b' },
	{ place: /rkcif-mipi-lvds2$/, position: 4, bridge: '2-002b' },
];

/** Drivers that capture; everything else with a video node (codecs, scalers, image processors) is left alone. */
const capturing = /^(rk_hdmirx|rkcif|uvcvideo|vivid)/;

interface Node {
	number: number;
	name: string;
	driver: string;
	place: string;
	index: number;
}

function text(path: string): string {
	try {
		return readFileSync(path, 'utf8').trim();
	} catch {
		// Gone since it was listed, or never there.
		return '';
	}
}

/** The folder a link of sysfs leads to; empty when there is none. */
function target(path: string): string {
	try {
		return realpathSync(path);
	} catch {
		return '';
	}
}

function entries(folder: string, pattern: RegExp): string[] {
	return existsSync(folder) ? readdirSync(folder).filter((name) => pattern.test(name)) : [];
}

function videoNodes({ sys }: Roots): Node[] {
	const folder = join(sys, 'class/video4linux');
	return entries(folder, /^video\d+$/)
		.map((node) => {
			const device = target(join(folder, node, 'device'));
			return {
				number: Number(node.slice('video'.length)),
				name: text(join(folder, node, 'name')),
				driver: basename(target(join(device, 'driver'))),
				place: device.slice(device.indexOf('/devices/') + '/devices/'.length),
				index: Number(text(join(folder, node, 'index')) || 0),
			};
		})
		.sort((a, b) => a.number - b.number);
}

/** `/dev/v4l-subdev2` of the chip at this place on I²C. */
function bridgeNode({ sys }: Roots, bridge: string): string | null {
	const folder = join(sys, 'class/video4linux');
	const node = entries(folder, /^v4l-subdev\d+$/).find((name) => text(join(folder, name, 'name')).endsWith(bridge));
	return node ? `/dev/${node}` : null;
}

/** Cards that can record, as /proc/asound lists them. */
export function soundCards({ sys, proc }: Roots = roots): SoundCard[] {
	const cards = new Map<string, { id: string; name: string }>();
	for (const line of text(join(proc, 'asound/cards')).split('\n')) {
		const [, number, id, name] = /^\s*(\d+)\s+\[(\S+)\s*\]:\s*.*?- (.*)$/.exec(line) ?? [];
		if (number && id) cards.set(number, { id, name: name ?? id });
	}
	const found: SoundCard[] = [];
	for (const line of text(join(proc, 'asound/pcm')).split('\n')) {
		const [, card, device, title] = /^(\d+)-(\d+): ([^:]*):.*capture \d+/.exec(line) ?? [];
		const known = cards.get(String(Number(card)));
		if (!known) continue;
		found.push({
			device: `hw:CARD=${known.id},DEV=${Number(device)}`,
			label: plainText(`${known.name}: ${title!.trim()}`),
			bus: target(join(sys, 'class/sound', `card${Number(card)}`, 'device')),
		});
	}
	return found;
}

/** The card that comes with a capture device: of the same USB device, or the HDMI receiver's own. */
function cardOf(node: Node, cards: SoundCard[]): string | null {
	const usb = node.driver === 'uvcvideo' ? dirname(node.place) : null;
	const belongs = ({ bus, device }: SoundCard) =>
		usb
			? bus.endsWith(`/${basename(usb)}`) || dirname(bus).endsWith(`/${usb}`)
			: /hdmirx/.test(node.place) && /hdmi-?in/i.test(device);
	return cards.find(belongs)?.device ?? null;
}

/** Everything that captures, in the order of the case and then of the bus. */
export function captureDevices(where: Roots = roots): CaptureDevice[] {
	const cards = soundCards(where);
	const seen = new Set<string>();
	const found: CaptureDevice[] = [];
	for (const node of videoNodes(where)) {
		// A device has several nodes (streams, scalers, metadata): its first is the picture as it comes.
		if (!capturing.test(node.driver) || node.index !== 0 || seen.has(node.place)) continue;
		seen.add(node.place);
		const known = r58Inputs.find(({ place }) => place.test(node.place));
		found.push({
			key: `${node.driver} ${node.place}`,
			driver: node.driver,
			name: node.name,
			device: `/dev/video${node.number}`,
			subdev: known?.bridge ? bridgeNode(where, known.bridge) : null,
			alsaDevice: cardOf(node, cards),
			position: known?.position ?? null,
		});
	}
	return found.sort((a, b) => (a.position ?? 99) - (b.position ?? 99) || a.key.localeCompare(b.key, 'en'));
}

/**
 * Which device is which input: a device keeps its number for good, even while it is unplugged. Numbers printed on the case come
 * first; other devices take the first free number. Devices beyond `max` get none.
 */
export function assignInputs(
	devices: Pick<CaptureDevice, 'key' | 'position'>[],
	remembered: Record<string, string>,
	max: number,
): Record<string, string> {
	const ids = Array.from({ length: max }, (_, i) => `hdmi${i + 1}`);
	const assigned = { ...remembered };
	for (const { key, position } of devices) {
		if (assigned[key]) continue;
		const taken = new Set(Object.values(assigned));
		const present = new Set(devices.map((device) => device.key));
		const printed = position === null ? undefined : `hdmi${position}`;
		let id = printed && !taken.has(printed) ? printed : ids.find((each) => !taken.has(each));
		// All are taken: take over from a device that is away, if there is one.
		if (!id) {
			const away = Object.keys(assigned).find((other) => !present.has(other));
			if (!away) continue;
			id = assigned[away]!;
			delete assigned[away];
		}
		assigned[key] = id;
	}
	return assigned;
}
