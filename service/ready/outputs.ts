import { type Check, check, type Finding, fail, off, ok, warn } from '../contract/ready.js';
import type { Streamer } from '../contract/streamers.js';
import type { Target } from '../contract/targets.js';
import type { Facts, Tested } from './facts.js';

const names: Record<string, string> = { program: 'Viewers of the program', multiview: 'Multiview' };

export function outputChecks({ state, tested }: Facts): Check[] {
	const targets = Object.values(state.targets);
	return [
		...(targets.length === 0 ? [check('outputs', 'targets', 'Targets', off('The program is sent nowhere'))] : []),
		...targets.map((target) => {
			const found = tested(`target-${target.id}`);
			return check('outputs', `target-${target.id}`, target.label, targetFinding(target, found), found?.at ?? null);
		}),
		// Returns belong to their guests.
		...Object.values(state.streamers)
			.filter(({ id }) => id in names)
			.map((streamer) => check('outputs', `streamer-${streamer.id}`, names[streamer.id]!, streamerFinding(streamer))),
	];
}

export function targetFinding({ enabled, state, kbps, lastError }: Target, found: Tested | null): Finding {
	if (state === 'fault')
		return fail(`Sending fails${lastError ? `: ${lastError}` : ''}`, found?.remedy ?? 'See the Outputs page');
	const sends = !enabled ? 'Switched off' : state === 'live' ? `Sends${kbps === null ? '' : ` ${kbps} kbit/s`}` : 'Is starting';
	if (!found) return { ...(enabled ? warn : off)(`${sends}; whether it can be reached was not tried out`, 'Check again') };
	const said = { ...found, text: `${sends}. ${found.text}` };
	return enabled && state !== 'live' && found.status === 'ok' ? { ...said, status: 'warn' } : said;
}

function streamerFinding({ state, viewers }: Streamer): Finding {
	const watching = viewers === 1 ? '1 viewer' : `${viewers} viewers`;
	if (state === 'live') return ok(`On, ${watching}`);
	if (state === 'starting') return warn('Is starting', 'Wait a moment; if it stays so, look at the faults on the System page');
	return fail(state === 'off' ? 'It is off' : 'It fails and is started again', 'Look at the faults on the System page');
}
