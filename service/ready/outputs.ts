import { type Check, check, type Finding, fail, off, ok, warn } from '../contract/ready.js';
import type { Streamer } from '../contract/streamers.js';
import type { Target } from '../contract/targets.js';
import type { Facts, Tested } from './facts.js';

const names: Record<string, string> = { program: 'Program viewers', multiview: 'Multiview' };

export function outputChecks({ state, tested }: Facts): Check[] {
	const targets = Object.values(state.targets);
	return [
		...(targets.length === 0 ? [check('outputs', 'targets', 'Targets', off('No targets'))] : []),
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
		return fail(`Sending failed${lastError ? `: ${lastError}` : ''}`, found?.remedy ?? 'See the Targets page');
	const sends = !enabled ? 'Switched off' : state === 'live' ? `Sending${kbps === null ? '' : ` ${kbps} kbit/s`}` : 'Starting';
	if (!found) return { ...(enabled ? warn : off)(`${sends}; reachability not tested`, 'Check again') };
	const said = { ...found, text: `${sends}. ${found.text}` };
	return enabled && state !== 'live' && found.status === 'ok' ? { ...said, status: 'warn' } : said;
}

function streamerFinding({ state, viewers }: Streamer): Finding {
	const watching = viewers === 1 ? '1 viewer' : `${viewers} viewers`;
	if (state === 'live') return ok(`On, ${watching}`);
	if (state === 'starting') return warn('Starting', 'Wait a moment; if it does not change, see the faults on the System page');
	return fail(state === 'off' ? 'Off' : 'Failing and being restarted', 'See the faults on the System page');
}
