import { z } from 'zod';
import { colour, cropSchema, fitSchema, id, label, unit } from './values.js';

const layerFields = {
	/** A source id, or null for an empty slot of a layout. */
	source: id.nullable(),
	x: unit,
	y: unit,
	w: unit.gt(0),
	h: unit.gt(0),
	z: z.number().int().min(0).max(99),
	fit: fitSchema,
	crop: cropSchema,
	alpha: unit,
	border: z.strictObject({ width: z.number().int().min(0).max(32), colour }).nullable(),
};
export const layerSchema = z.strictObject({
	...layerFields,
	z: layerFields.z.default(0),
	fit: fitSchema.default('contain'),
	crop: cropSchema.default({ left: 0, top: 0, right: 0, bottom: 0 }),
	alpha: unit.default(1),
	border: layerFields.border.default(null),
});
export type Layer = z.infer<typeof layerSchema>;
/** Increases with every change of the scene. A PUT with an older version gets 409 instead of overwriting newer changes. */
const sceneVersion = z.number().int().min(0);
export const sceneSchema = z.strictObject({ id, label, layers: z.array(layerSchema).max(12), version: sceneVersion });
export type Scene = z.infer<typeof sceneSchema>;
/** What is stored of a scene. */
export type SceneContent = Omit<Scene, 'version'>;
/** PUT body: the id comes from the path and may be repeated. */
export const scenePutSchema = z.strictObject({
	id: id.optional(),
	label: label.optional(),
	layers: z.array(layerSchema).max(12),
	version: sceneVersion.optional(),
});
export type ScenePut = z.infer<typeof scenePutSchema>;
/** One layer only. With the scene's version it gets 409 only if this layer has changed since. */
export const layerPatchSchema = z.strictObject({ ...layerFields, version: sceneVersion }).partial();
export type LayerPatch = z.infer<typeof layerPatchSchema>;
