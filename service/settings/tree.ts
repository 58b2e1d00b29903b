/** A mapping whose fields only the schema knows: in the file, in a change, or among the values. */
export type Tree = Record<string, unknown>;

export function isTree(value: unknown): value is Tree {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}
