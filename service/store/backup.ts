/** The tables that several nouns share. */
import { z } from 'zod';
import { validate } from '../util/validation.js';
import type { BackupTable } from './backupTable.js';
import { collections, parsed } from './entries.js';
import { row, text } from './rows.js';
import { settingsKeys } from './settings.js';

const collectionNames = Object.keys(collections) as (keyof typeof collections)[];
const words: Record<string, string | null> = settingsKeys;

export const backup: readonly BackupTable[] = [
	{
		table: 'documents',
		part: 'show',
		nouns: 'RTP inputs and targets',
		id: 'id',
		name: ({ document, id }) => labelIn(String(document)) ?? String(id),
		kind: ({ collection }) =>
			collectionNames.includes(collection as never)
				? collections[collection as (typeof collectionNames)[number]].kind
				: 'settings',
		check: (found) => {
			const shape = row({ collection: z.enum(collectionNames), id: text, document: text });
			const { collection, id, document } = validate(shape, found, 'row');
			const { id: own } = parsed(z.looseObject({ id: text }), document, 'document');
			if (own !== id) throw new Error('id: another than that of its document');
			parsed(collections[collection].schema, document, 'document');
		},
	},
	{
		table: 'settings',
		part: 'show',
		nouns: 'Inputs, audio and guests',
		id: 'key',
		name: ({ key }) => words[String(key)] ?? String(key),
		kind: () => 'settings',
		check: (found) => {
			const { value } = validate(row({ key: text, value: text }), found, 'row');
			parsed(z.unknown(), value, 'value');
		},
		stay: Object.keys(words).filter((key) => words[key] === null),
	},
];

function labelIn(document: string): string | null {
	try {
		const { label } = (JSON.parse(document) ?? {}) as { label?: unknown };
		return label === undefined ? null : String(label);
	} catch {
		return null;
	}
}
