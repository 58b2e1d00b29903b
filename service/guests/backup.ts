import type { BackupTable } from '../store/backupTable.js';
import { storedGuestSchema } from '../store/entries.js';
import { row, text } from '../store/rows.js';
import { validate } from '../util/validation.js';

export const backup: readonly BackupTable[] = [
	{
		table: 'guests',
		part: 'show',
		nouns: 'Guests',
		id: 'id',
		name: ({ name, id }) => String(name ?? id),
		kind: () => 'guests',
		check: (found) => {
			const { id, name, created_at } = validate(row({ id: text, name: text, created_at: text }), found, 'row');
			validate(storedGuestSchema, { id, name, createdAt: created_at }, 'guest');
		},
	},
];
