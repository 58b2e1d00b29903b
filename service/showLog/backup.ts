import type { BackupTable } from '../store/backupTable.js';

export const backup: readonly BackupTable[] = [{ table: 'show_log', part: 'none' }];
