import { z } from 'zod';
import { roles } from '../contract/roles.js';
import type { BackupTable } from '../store/backupTable.js';
import { parsed } from '../store/entries.js';
import { plain, row, text } from '../store/rows.js';
import { validate } from '../util/validation.js';

export const backup: readonly BackupTable[] = [
	{
		table: 'tokens',
		part: 'account',
		nouns: 'Tokens and invites',
		id: 'id',
		name: ({ label, id }) => String(label ?? id),
		kind: () => 'tokens',
		check: (found) => {
			const shape = row({ id: text, label: plain, role: z.enum(roles), streamers: text.nullish(), hash: z.unknown() });
			const { streamers } = validate(shape, found, 'row');
			if (streamers != null) parsed(z.array(text), streamers, 'streamers');
		},
	},
	{
		table: 'users',
		part: 'account',
		nouns: 'Accounts',
		id: 'id',
		name: ({ name, id }) => String(name ?? id),
		kind: () => 'accounts',
		check: (found) => {
			validate(row({ id: text, name: plain, role: z.enum(roles), password: text }), found, 'row');
		},
	},
	{ table: 'sessions', part: 'none' },
	{ table: 'audit', part: 'none' },
];
