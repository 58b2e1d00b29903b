import type { Encoder } from '../contract/encoders.js';
import { severityOf } from '../contract/faultKinds.js';
import type { Fault } from '../contract/faults.js';
import { type Check, check, type Finding, fail, ok, warn } from '../contract/ready.js';
import { subjectLabel } from '../showLog/labels.js';
import type { Facts } from './facts.js';

const slowBelow = 0.95;

export function studioChecks({ state, onAir }: Facts): Check[] {
	const { faults, system, encoders } = state;
	const air = onAir
		? ok('Running, frames are advancing')
		: fail('Not on air', 'See the faults below; if there are none, restart the studio');
	const safe = system.safeMode
		? fail('Safe mode: the inputs are off', 'Unplug the input that was added last, then leave safe mode on the System page')
		: ok('Off');
	const program = encoders.program;
	return [
		check('studio', 'on-air', 'Program', air),
		check('studio', 'safe-mode', 'Safe mode', safe),
		check('studio', 'encoder', 'Encoder', program ? encoderFinding(program) : fail('No encoder')),
		...(faults.length === 0
			? [check('studio', 'faults', 'Faults', ok('None'))]
			: faults.map((fault) => faultCheck(fault, subjectLabel(state, fault.subject)))),
	];
}

export function encoderFinding({ element, hardware, asked, measured }: Encoder): Finding {
	if (measured === null) return fail(`No picture (${element})`, 'See the faults below');
	const figures = `${measured.width}×${measured.height}, ${measured.fps} of ${asked.fps} fps, ${measured.kbps} kbit/s`;
	if (measured.fps < asked.fps * slowBelow)
		return warn(`Too slow (${element}): ${figures}`, 'Use a smaller program size, or end other programs on this machine');
	if (!hardware) return warn(`In software (${element}): ${figures}`, 'It works; watch the processor load on the Health page');
	return ok(`In hardware (${element}): ${figures}`);
}

function faultCheck({ code, subject, message, remedy, count }: Fault, name: string): Check {
	const often = count > 1 ? ` (${count} times)` : '';
	const finding = (severityOf(code) === 'critical' ? fail : warn)(
		`${message}${often}`,
		remedy ?? 'It clears by itself; if it comes back, see the System page',
	);
	return check('studio', `fault-${code}-${subject}`, name, finding);
}
