/** Writes the settings again and again, to be killed in the middle of it: `node writerChild.js FILE`. */
import { replaceFile } from '../../../service/util/durable.js';

/** A text that shows whether it is whole. */
export const textOf = (n: number) => `# ${n}\n${`line of ${n}\n`.repeat(4000)}# end of ${n}\n`;

const [, , path] = process.argv;
if (path !== undefined && import.meta.filename === process.argv[1]) {
	process.stdout.write('ready\n');
	for (let n = 0; ; n += 1) replaceFile(path, textOf(n));
}
