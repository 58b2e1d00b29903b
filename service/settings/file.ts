import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { type Document, isCollection, isMap, isSeq, type Node, type Pair } from 'yaml';
import type { z } from 'zod';
import { messageOf } from '../util/errors.js';
import { type SettingsValues, settingsSchema } from './schema.js';
import { type Place, placeAt, SettingsError } from './settingsError.js';
import { parseYaml } from './syntax.js';
import { decode, maxBytes } from './text.js';

export interface ParsedSettings {
	text: string;
	/** Keeps comments and order when values change. */
	document: Document;
	values: SettingsValues;
}

/** Throws SettingsError with every error. */
export function parseSettings(bytes: Uint8Array | string): ParsedSettings {
	const text = decode(typeof bytes === 'string' ? Buffer.from(bytes) : bytes);
	const document = parseYaml(text);
	const parsed = settingsSchema.safeParse(plainOf(document));
	if (parsed.success) return { text, document, values: parsed.data };
	const issues = worthTelling(document, parsed.error.issues);
	// Cross-field errors come last: they may follow from the others.
	throw new SettingsError(
		[issues.filter(({ code }) => code !== 'custom'), issues.filter(({ code }) => code === 'custom')].flatMap((part) =>
			part.flatMap((issue) => placesOf(text, document, issue)).sort((a, b) => a.line - b.line || a.column - b.column),
		),
	);
}

/** A section with all fields commented out counts as absent. */
export function plainOf(document: Document): unknown {
	const plain: unknown = document.toJS({ maxAliasCount: 0 }) ?? {};
	if (typeof plain !== 'object' || Array.isArray(plain)) return plain;
	return Object.fromEntries(Object.entries(plain as object).filter(([, section]) => section !== null));
}

/** A misspelt name is an unknown one; that the right name is missing follows from it. */
function worthTelling(document: Document, issues: readonly z.core.$ZodIssue[]): z.core.$ZodIssue[] {
	const around = (path: PropertyKey[]) => path.map(String).join('\n');
	const unknown = new Set(issues.filter(({ code }) => code === 'unrecognized_keys').map(({ path }) => around(path)));
	return issues.filter(({ code, path }) => {
		return code === 'unrecognized_keys' || !unknown.has(around(path.slice(0, -1))) || find(document, path).whole;
	});
}

function placesOf(text: string, document: Document, issue: z.core.$ZodIssue): Place[] {
	const message = issue.message.replace(/^Invalid input: /, '');
	if (issue.code !== 'unrecognized_keys') return [placeIn(text, document, issue.path, message)];
	return issue.keys.map((key) => {
		const known = 'unknown setting';
		return placeIn(text, document, [...issue.path, key], known, true);
	});
}

/** The place of the value, or of its name (`ofName`, or when the value starts on a later line); for a missing field, of its parent. */
function placeIn(text: string, document: Document, path: PropertyKey[], message: string, ofName = false): Place {
	const { pair, node } = find(document, path);
	const value = node !== null && !isCollection(node) ? node : null;
	const name = pair?.key as Node | undefined;
	const range = (ofName ? null : value?.range) ?? name?.range ?? node?.range;
	return placeAt(text, range?.[0] ?? 0, message, path.map(String).join('.').slice(0, 100) || null);
}

/** The innermost part of a path that is in the file. */
export function find(document: Document, path: readonly PropertyKey[]): { pair: Pair | null; node: Node | null; whole: boolean } {
	let pair: Pair | null = null;
	let node = document.contents as Node | null;
	for (const key of path) {
		const next: Pair | undefined = isMap(node)
			? (node.items as Pair[]).find((item) => String((item.key as { value?: unknown }).value) === String(key))
			: undefined;
		const item = isSeq(node) ? (node.items[Number(key)] as Node | undefined) : undefined;
		if (!next && !item) return { pair, node: isSeq(node) || isMap(node) ? node : null, whole: false };
		pair = next ?? null;
		node = next ? (next.value as Node | null) : item!;
	}
	return { pair, node, whole: true };
}

/** Null when there is none; throws SettingsError when it cannot be read. Never blocks, whatever the path is. */
export function readSettingsFile(path: string): Uint8Array | null {
	let file: number | undefined;
	try {
		file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
		if (!fstatSync(file).isFile()) throw new Error('it is not a file');
		// One byte more than allowed shows that there is more.
		const bytes = Buffer.alloc(maxBytes + 1);
		let length = 0;
		for (let read = -1; read !== 0 && length < bytes.length; length += read)
			read = readSync(file, bytes, length, bytes.length - length, length);
		return bytes.subarray(0, length);
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
		throw new SettingsError([{ line: 1, column: 1, field: null, message: `the file cannot be read: ${messageOf(error)}` }]);
	} finally {
		if (file !== undefined) closeSync(file);
	}
}
