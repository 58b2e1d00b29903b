/** A mapping of which only the schema knows the fields: in the file, in a change, or among the values. */
export type Tree = Record<string, unknown>;

export function isTree(value: unknown): value is Tree {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}
