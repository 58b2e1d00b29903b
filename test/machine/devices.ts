import { loadModule } from '../tools/machine/vivid.js';

/** Two HDMI inputs, one by the single-planar and one by the multi-planar API, and a sound card that hears what is played. */
export function loadDevices(): void {
	const both = (value: string) => `${value},${value}`;
	const inputs = [`num_inputs=${both('1')}`, `input_types=${both('0x3')}`, `node_types=${both('0x1')}`];
	loadModule('vivid', 'n_devs=2', 'multiplanar=1,2', ...inputs);
	loadModule('snd-aloop', 'pcm_substreams=1');
}
