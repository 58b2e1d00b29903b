import { isDeepStrictEqual } from 'node:util';
import { effectiveFields } from '../settings/effective.js';
import type { ParsedSettings } from '../settings/file.js';
import type { Row } from '../store/backupTable.js';
import { type Tables, travelling } from './tables.js';

export interface Change {
	part: 'settings' | 'show' | 'accounts' | 'keys';
	text: string;
}

/** More than anybody reads. */
const most = 40;

/** Every setting that changes. */
export function settingsChanges(now: ParsedSettings, then: ParsedSettings): Change[] {
	if (isDeepStrictEqual(now.values, then.values)) return [];
	const before = new Map(effectiveFields(now).map(({ field, value }) => [field, value]));
	const after = new Map(effectiveFields(then).map(({ field, value }) => [field, value]));
	const text = (value: unknown) => (value === undefined ? 'nothing' : typeof value === 'string' ? value : JSON.stringify(value));
	const fields = [...new Set([...before.keys(), ...after.keys()])];
	const changed = fields
		.filter((field) => !isDeepStrictEqual(before.get(field), after.get(field)))
		.map((field): Change => ({ part: 'settings', text: `${field}: ${text(before.get(field))} → ${text(after.get(field))}` }));
	if (changed.length === 0) changed.push({ part: 'settings', text: 'a secret changes' });
	const more = changed.length - most;
	return more > 0 ? [...changed.slice(0, most), { part: 'settings', text: `and ${more} more` }] : changed;
}

/** What is added, removed and changed, table by table; unchanged entries are not listed. */
export function tableChanges(part: 'show' | 'accounts', now: Tables, then: Tables): Change[] {
	return Object.keys(then).flatMap((table) => {
		const { nouns, id, name } = travelling(table);
		const before = byId(now[table] ?? [], id);
		const after = byId(then[table] ?? [], id);
		const names = (rows: Row[]) => rows.map(name).join(', ');
		const comes = [...after].filter(([key]) => !before.has(key)).map(([, row]) => row);
		const goes = [...before].filter(([key]) => !after.has(key)).map(([, row]) => row);
		const changes = [...after].filter(([key, row]) => before.has(key) && !isDeepStrictEqual(before.get(key), row));
		const words = [
			...(comes.length ? [`added: ${names(comes)}`] : []),
			...(goes.length ? [`removed: ${names(goes)}`] : []),
			...(changes.length ? [`changed: ${names(changes.map(([, row]) => row))}`] : []),
		];
		return words.length === 0 ? [] : [{ part, text: `${nouns} ${words.join('; ')}`.slice(0, 500) }];
	});
}

function byId(rows: Row[], id: string): Map<unknown, Row> {
	return new Map(rows.map((row) => [`${row.collection ?? ''} ${row[id]}`, row]));
}
