import { dirname } from 'node:path';
import type { Context } from 'koa';
import { z } from 'zod';
import { type BackupPending, backupPendingSchema, backupPlanSchema, factoryResetSchema } from '../contract/backup.js';
import { readBytes } from '../http/body.js';
import { type Route, route } from '../http/route.js';
import type { Settings } from '../settings/settings.js';
import { StudioError } from '../util/errors.js';
import { maxArchiveBytes } from './archive.js';
import { Backups } from './backups.js';

const gzip = 'application/gzip';
const passphraseHeader = 'R58-Passphrase';
const withPassphrase = `the passphrase comes in the header ${passphraseHeader}, percent-encoded UTF-8`;
/** Lets the answer be read before the connection ends. */
const restartDelayMs = 200;

interface BackupParts {
	version: string;
	settings: Settings;
	keysDir: string;
	/** Ends the service so that its manager restarts it; null without a manager. */
	restart: (() => void) | null;
}

export function backupRoutes({ version, settings, keysDir, restart }: BackupParts): Route[] {
	const backups = new Backups({
		dataDir: dirname(settings.path),
		keysDir,
		settings,
		version,
	});
	const pending = (): BackupPending => {
		const [next, before] = [backups.pending(), backups.undoable()];
		return {
			pending: next && { kind: next.kind, at: next.at },
			undo: before && { of: before.of },
			canRestart: restart !== null,
		};
	};
	return [
		route({
			method: 'GET',
			path: '/api/backup',
			role: 'technician',
			summary: `A backup of settings and show (.tar.gz); with a passphrase also secrets, accounts and keys, sealed: ${withPassphrase}`,
			handler: async ({ context }) => {
				const archive = await backups.make(passphraseOf(context));
				const day = new Date().toISOString().slice(0, 10);
				context.attachment(`r58-backup-${day}.tar.gz`);
				context.body = archive;
			},
		}),
		route({
			method: 'POST',
			path: '/api/backup',
			role: 'technician',
			summary: `Restore a backup (${gzip}), all of it or nothing; with dryRun only list what would change. ${withPassphrase}`,
			log: ({ query }) => (query.dryRun === 'true' ? null : 'Restored a backup'),
			query: z.object({ dryRun: z.enum(['true', 'false']).default('false') }),
			response: backupPlanSchema,
			handler: async ({ context, query }) => {
				const archive = await readBytes(context.req, gzip, maxArchiveBytes);
				const passphrase = passphraseOf(context);
				return query.dryRun === 'true' ? backups.plan(archive, passphrase) : backups.restore(archive, passphrase);
			},
		}),
		route({
			method: 'GET',
			path: '/api/backup/pending',
			role: 'technician',
			summary: 'What the next start will do, and whether the last restore can be undone',
			response: backupPendingSchema,
			handler: pending,
		}),
		route({
			method: 'DELETE',
			path: '/api/backup/pending',
			role: 'technician',
			summary: 'Cancel what the next start would do',
			log: () => 'Cancelled the pending restore or reset',
			response: backupPendingSchema,
			handler: () => {
				backups.cancel();
				return pending();
			},
		}),
		route({
			method: 'POST',
			path: '/api/backup/undo',
			role: 'technician',
			summary: 'Undo the last restore',
			log: () => 'Undid the last restore',
			response: backupPlanSchema,
			handler: () => backups.undo(),
		}),
		route({
			method: 'POST',
			path: '/api/system/factory-reset',
			role: 'technician',
			summary: 'Factory reset at the next start: deletes settings, show and accounts; keys and recordings only on request',
			log: () => 'Scheduled a factory reset',
			body: factoryResetSchema,
			response: backupPendingSchema,
			handler: ({ body }) => {
				backups.reset(body);
				return pending();
			},
		}),
		route({
			method: 'POST',
			path: '/api/system/restart',
			role: 'technician',
			summary: 'Restart the service; the program is off air for a few seconds',
			log: () => 'Restarted the service',
			status: 202,
			handler: () => {
				if (restart === null)
					throw new StudioError('conflict', 'the service cannot restart itself; restart it the way it was started');
				setTimeout(restart, restartDelayMs);
			},
		}),
	];
}

function passphraseOf(context: Context): string | null {
	const given = context.get(passphraseHeader);
	if (given === '') return null;
	try {
		return decodeURIComponent(given);
	} catch {
		throw new StudioError('invalid', `${passphraseHeader}: must be percent-encoded UTF-8`);
	}
}
