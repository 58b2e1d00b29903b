import { closeSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { type Document, LineCounter, parseDocument } from 'yaml';
import type { z } from 'zod';
import { messageOf } from '../errors.js';
import { type SettingsValues, settingsSchema } from './schema.js';

/** A file that cannot be used; the message names line and reason. */
export class SettingsProblem extends Error {
	override readonly name = 'SettingsProblem';
}

export interface ParsedSettings {
	/** Keeps comments and order when values are changed. */
	document: Document;
	values: SettingsValues;
}

/** Throws SettingsProblem. */
export function parseSettings(text: string): ParsedSettings {
	const lines = new LineCounter();
	const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
	const error = document.errors[0];
	if (error) throw new SettingsProblem(`line ${lines.linePos(error.pos[0]).line}: ${error.message}`);
	const parsed = settingsSchema.safeParse(document.toJS({ maxAliasCount: 0 }) ?? {});
	if (parsed.success) return { document, values: parsed.data };
	throw new SettingsProblem(
		parsed.error.issues.map((issue) => `${placeOf(document, issue, lines)}: ${issue.message}`).join('; '),
	);
}

/** "line 7, network.ports", the line of the innermost part that is in the file. */
function placeOf(document: Document, { path, code, ...issue }: z.core.$ZodIssue, lines: LineCounter): string {
	const unknown = code === 'unrecognized_keys' ? (issue as { keys?: string[] }).keys?.[0] : undefined;
	const full = unknown === undefined ? path : [...path, unknown];
	const name = full.map(String).join('.') || 'the file';
	for (let depth = full.length; depth > 0; depth--) {
		const node = document.getIn(full.slice(0, depth), true) as { range?: [number, number, number] } | undefined;
		if (node?.range) return `line ${lines.linePos(node.range[0]).line}, ${name}`;
	}
	return name;
}

/** Null when there is none; throws SettingsProblem when it cannot be read. */
export function readSettingsFile(path: string): string | null {
	try {
		return readFileSync(path, 'utf8');
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
		throw new SettingsProblem(messageOf(error));
	}
}

/** Whole or not at all, also when the power goes: a new file, on the disk, then in place of the old one. It holds secrets. */
export function writeSettingsFile(path: string, text: string): void {
	const file = openSync(`${path}.new`, 'w', 0o600);
	try {
		writeSync(file, text);
		fsyncSync(file);
	} finally {
		closeSync(file);
	}
	renameSync(`${path}.new`, path);
	const folder = openSync(dirname(path), 'r');
	try {
		fsyncSync(folder);
	} finally {
		closeSync(folder);
	}
}
