import { type Check, check, type Finding, fail, off, ok, warn } from '../contract/ready.js';
import { remedyText } from '../contract/remedies.js';
import { kindTraits } from '../contract/sourceKinds.js';
import type { Source } from '../contract/sources.js';
import { remedyFor } from '../hosts/remedies.js';
import { adviceFor } from '../sources/facts.js';
import type { Facts, Movement } from './facts.js';

const stillAfterMs = 10_000;
/** Frames come at the input's rate; without one for this long it has stopped. */
const standsAfterMs = 1_500;
/** Video black is 16; the noise of a covered lens stays below this. */
const blackBelow = 40;
const slowBelow = 0.9;

export function inputChecks({ state, movement }: Facts): Check[] {
	const sources = Object.values(state.sources).filter(({ kind }) => !kindTraits[kind].person && !kindTraits[kind].blank);
	if (sources.length === 0)
		return [check('inputs', 'inputs', 'Inputs', off('No inputs', 'Plug in a camera or capture card, or add an RTP input'))];
	return sources.map((source) => check('inputs', `input-${source.id}`, source.label, inputFinding(source, movement(source.id))));
}

function inputFinding(source: Source, movement: Movement | null): Finding {
	const { state, video, lastError } = source;
	const why = lastError === null ? '' : `: ${lastError}`;
	const remedy = remedyText(remedyFor(lastError ?? '')) ?? adviceFor(source);
	if (state === 'off') return fail('Switched off', 'Leave safe mode on the System page');
	if (state === 'fault') return fail(`Failing and being restarted${why}`, remedy);
	if (state === 'no-signal') return fail(`No signal${why}`, remedy);
	if (state === 'starting') return warn('Starting', 'Wait a moment; if it does not change, see the faults on the System page');
	if (video === null) return ok('Sound only; it is arriving');
	return pictureFinding(movement, video);
}

export function pictureFinding(movement: Movement | null, video: NonNullable<Source['video']>): Finding {
	if (!movement) return warn('Locked, but no frame has reached the mixer yet', 'Wait a moment');
	const { fps, ageMs, stillMs, peakLuma } = movement;
	if (ageMs > standsAfterMs)
		return fail(`Locked, but no frame has come for ${seconds(ageMs)}`, 'Restart the camera or sender; replug its cable');
	if (fps === null) return warn('Locked; measuring the frame rate', 'Wait a few seconds');
	const rate = `${fps} fps measured`;
	const size = `${video.width}×${video.height}`;
	if (peakLuma !== null && peakLuma < blackBelow)
		return warn(`The picture is black (${rate})`, 'Take off the lens cap, open the iris, or check what the sender shows');
	if (stillMs !== null && stillMs > stillAfterMs)
		return warn(
			`The picture has not changed for ${seconds(stillMs)} (${rate})`,
			'Unless it is a still picture, restart the camera or sender',
		);
	const moves = stillMs === null ? 'motion not measured' : 'the picture moves';
	if (fps < video.fps * slowBelow)
		return warn(
			`Only ${rate} of ${video.fps}; ${moves}`,
			'The sender or the machine is too slow: check the processor on the System page, or use a smaller picture',
		);
	return (stillMs === null ? warn : ok)(`${size}, ${rate}, ${moves}`);
}

function seconds(ms: number): string {
	return `${Math.round(ms / 1000)} s`;
}
