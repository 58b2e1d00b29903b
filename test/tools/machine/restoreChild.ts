/** Restores what was before the last restore, again and again, to be killed in the middle of it: `node restoreChild.js DIR`. */
import { join } from 'node:path';
import { finishPending } from '../../../service/backup/pending.js';
import { backupsOf, silent } from '../dataFolder.js';

const [, , dataDir = ''] = process.argv;
const folder = { dataDir, keysDir: join(dataDir, 'tls') };
/** Each line is a round of its work, the first its start. */
const round = () => process.stdout.write('round\n');
round();
for (;;) {
	finishPending({ ...folder, log: silent });
	backupsOf(folder).undo();
	round();
}
