import type { BackupTable } from '../store/backupTable.js';

/** Of the files on this machine. */
export const backup: readonly BackupTable[] = [{ table: 'recordings', part: 'none' }];
