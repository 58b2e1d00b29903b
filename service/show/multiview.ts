import type { Scene } from '../contract/scenes.js';
import type { Source } from '../contract/sources.js';
import { type Box, type MixLayer, mixLayers, type SlotOf } from './mix.js';

/** The multiview is 4 × 4 cells: preview in the upper left four, a tile per slot in the others, lower rows first. */
const COLUMNS = 4;
const ROWS = 4;
const previewBox: Box = { x: 0, y: 0, w: 0.5, h: 0.5 };
const cells: [column: number, row: number][] = [
	[0, 2],
	[1, 2],
	[2, 2],
	[3, 2],
	[0, 3],
	[1, 3],
	[2, 3],
	[3, 3],
	[2, 0],
	[3, 0],
	[2, 1],
	[3, 1],
];

/** Number of tiles. */
export const multiviewTiles = cells.length;

function tileBox(slot: number): Box | undefined {
	const cell = cells[slot];
	return cell && { x: cell[0] / COLUMNS, y: cell[1] / ROWS, w: 1 / COLUMNS, h: 1 / ROWS };
}

/** Where each source and the preview are in the multiview, as fractions of it. */
export function multiviewMap(sources: Record<string, Source>): { columns: number; rows: number; tiles: Record<string, Box> } {
	const tiles: Record<string, Box> = { preview: previewBox };
	for (const source of Object.values(sources)) {
		const box = source.slot === undefined ? undefined : tileBox(source.slot);
		if (box) tiles[source.id] = box;
	}
	return { columns: COLUMNS, rows: ROWS, tiles };
}

/** The multiview as mixer layers. */
export function multiviewLayers(
	sources: Record<string, Source>,
	preview: Pick<Scene, 'layers'> | undefined,
	slotOf: SlotOf,
): MixLayer[] {
	const tiles = Object.values(sources).flatMap((source): MixLayer[] => {
		const box = source.slot === undefined ? undefined : tileBox(source.slot);
		return box ? [{ slot: source.slot!, ...box, fit: 'contain' }] : [];
	});
	return [...tiles, ...(preview ? mixLayers(preview, sources, slotOf, previewBox) : [])];
}
