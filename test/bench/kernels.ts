/** How many times as fast the kernels of pictures and sound are as their naive models, one beside the other. */
import { buildNative, plugin, runNative } from '../tools/engine/native.js';
import { report } from './measure.js';

const rounds = process.env.R58_LONG ? 201 : 31;

const program = await buildNative('kernels', { sources: plugin.kernels });
const said = await runNative(program, ['timed', rounds, 1]);
for (const line of said.trim().split('\n')) {
	const { kernel, ratio, ns }: { kernel: string; ratio: number; ns: number } = JSON.parse(line);
	report({
		what: `${kernel}: its model takes so many times as long`,
		value: ratio,
		unit: '×',
		n: rounds,
		note: `${ns} ns a line or block`,
	});
}
