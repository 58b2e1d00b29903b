import type { Strip } from '../contract/audio.js';
import type { Layer, Scene } from '../contract/scenes.js';
import type { Source } from '../contract/sources.js';
import { sourcesOf } from '../contract/tally.js';

/** One layer as the mixer element takes it; bottom to top. Slot −1 is black. */
export interface MixLayer {
	slot: number;
	x: number;
	y: number;
	w: number;
	h: number;
	fit: Layer['fit'];
	crop?: [left: number, top: number, right: number, bottom: number];
	alpha?: number;
	border?: [width: number, colour: string];
}

export interface Box {
	x: number;
	y: number;
	w: number;
	h: number;
}

/** Slot of a source by id; a source without one is not shown. */
export type SlotOf = (source: string) => number | undefined;

/** A scene as mixer layers, inside `area` of the canvas. */
export function mixLayers(
	scene: Pick<Scene, 'layers'>,
	sources: Record<string, Pick<Source, 'crop'>>,
	slotOf: SlotOf,
	area: Box = { x: 0, y: 0, w: 1, h: 1 },
): MixLayer[] {
	return scene.layers
		.toSorted((a, b) => a.z - b.z)
		.flatMap((layer): MixLayer[] => {
			if (layer.source === null) return [];
			const slot = layer.source === 'black' ? -1 : slotOf(layer.source);
			if (slot === undefined) return [];
			const { left, top, right, bottom } = isWhole(layer.crop) ? (sources[layer.source]?.crop ?? layer.crop) : layer.crop;
			return [
				{
					slot,
					x: round(area.x + layer.x * area.w),
					y: round(area.y + layer.y * area.h),
					w: round(layer.w * area.w),
					h: round(layer.h * area.h),
					fit: layer.fit,
					...(left || top || right || bottom ? { crop: [left, top, right, bottom] as const } : {}),
					...(layer.alpha < 1 ? { alpha: layer.alpha } : {}),
					...(layer.border
						? { border: [Math.max(1, Math.round(layer.border.width * area.h)), layer.border.colour] as const }
						: {}),
				} as MixLayer,
			];
		});
}

/** Linear gain of each slot of the program: fader, mute, and for AFV whether its source is on program. */
export function slotGains(
	strips: Record<string, Strip>,
	program: Pick<Scene, 'layers'> | undefined,
	slotOf: SlotOf,
	slots: number,
): number[] {
	const onAir = sourcesOf(program);
	const gains = new Array<number>(slots).fill(0);
	for (const [source, strip] of Object.entries(strips)) {
		const slot = slotOf(source);
		if (slot === undefined) continue;
		const open = strip.mode === 'on' || (strip.mode === 'afv' && onAir.has(source));
		gains[slot] = open && !strip.mute ? linear(strip.gainDb) : 0;
	}
	return gains;
}

/** dB → linear; −60 dB and below is silence. */
export function linear(gainDb: number): number {
	return gainDb <= -60 ? 0 : round(10 ** (gainDb / 20));
}

function isWhole(crop: Layer['crop']): boolean {
	return crop.left === 0 && crop.top === 0 && crop.right === 0 && crop.bottom === 0;
}

/** Six decimals keep commands short. */
function round(value: number): number {
	return Math.round(value * 1e6) / 1e6;
}
