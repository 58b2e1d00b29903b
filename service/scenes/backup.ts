import type { BackupTable } from '../store/backupTable.js';
import { parsed, storedSceneSchema } from '../store/entries.js';
import { row, text } from '../store/rows.js';
import { validate } from '../util/validation.js';

export const backup: readonly BackupTable[] = [
	{
		table: 'scenes',
		part: 'show',
		nouns: 'Scenes',
		id: 'id',
		name: ({ label, id }) => String(label ?? id),
		kind: () => 'scenes',
		check: (found) => {
			const { id, label, layers } = validate(row({ id: text, label: text, layers: text }), found, 'row');
			parsed(storedSceneSchema.shape.layers, layers, 'layers');
			validate(storedSceneSchema.omit({ layers: true }), { id, label }, 'scene');
		},
	},
];
