/** How the columns of a row are checked before it is used. */
import { z } from 'zod';
import { plainText } from '../contract/humanText.js';

export const text = z.string();
/** Rows are kept as they are. */
export const plain = text.refine((value) => value === plainText(value), 'contains invisible characters');

/** A row with these columns, and any others. */
export function row<Shape extends z.ZodRawShape>(shape: Shape): z.ZodObject<Shape, z.core.$loose> {
	return z.looseObject(shape);
}
