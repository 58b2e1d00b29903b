import { kindTraits } from '../contract/sourceKinds.js';
import type { State } from '../contract/state.js';

/** The status line of `systemctl status`. */
export function statusLine({ sources, guests, recordings, faults, system }: Readonly<State>, onAir: boolean): string {
	const inputs = Object.values(sources).filter(({ kind }) => !kindTraits[kind].person);
	const live = inputs.filter(({ state }) => state === 'live').length;
	const here = Object.values(guests).filter(({ state }) => state === 'connected').length;
	const recording = Object.values(recordings).some(({ state }) => state === 'recording');
	return [
		system.safeMode ? 'Safe mode' : onAir ? 'On air' : 'Off air',
		system.safeMode ? 'inputs are off' : inputs.length === 0 ? 'no inputs' : `${live} of ${inputs.length} inputs live`,
		...(here > 0 ? [`${here} ${here === 1 ? 'guest' : 'guests'}`] : []),
		...(recording ? ['recording'] : []),
		...(faults.length > 0 ? [`faults: ${faults.map(({ code, subject }) => `${code} (${subject})`).join(', ')}`] : []),
	].join(', ');
}
