import type { Strip } from '../contract/audio.js';
import { type Check, check, type Finding, fail, off, ok, warn } from '../contract/ready.js';
import { kindTraits } from '../contract/sourceKinds.js';
import type { Facts } from './facts.js';

export function soundChecks(facts: Facts): Check[] {
	const { sources, audio } = facts.state;
	const carrying = Object.values(sources).filter(({ audio: sound }) => sound !== null);
	return [
		...carrying.map(({ id, label, state, kind }) => {
			const silentBecause = state !== 'live' ? (kindTraits[kind].person ? 'Guest not connected' : 'No signal') : null;
			return check(
				'sound',
				`sound-${id}`,
				label,
				silentBecause === null ? stripFinding(facts, id, audio[id]) : off(silentBecause),
			);
		}),
		check('sound', 'sound-master', 'Master', masterFinding(facts, audio.master)),
	];
}

function stripFinding(facts: Facts, id: string, strip: Strip | undefined): Finding {
	const heard = heardFinding(facts, id, 'If it should have sound, turn on its microphone or audio output');
	if (heard.status !== 'ok') return heard;
	if (strip?.mute) return warn(`${heard.text}, but its strip is muted`, 'Unmute it on the Switcher');
	if (strip?.mode === 'off') return warn(`${heard.text}, but its strip is off`, 'Set the strip to On or AFV');
	return heard;
}

function masterFinding(facts: Facts, strip: Strip | undefined): Finding {
	if (strip?.mute) return fail('Muted', 'Unmute Master on the Switcher');
	return heardFinding(facts, 'master', 'Put a source with sound on air, or set its strip to On');
}

function heardFinding({ heardMs, listeningMs, quietMs }: Facts, id: string, remedy: string): Finding {
	const sinceMs = heardMs(id);
	const seconds = (ms: number) => `${Math.round(ms / 1000)} s`;
	if (sinceMs !== null && sinceMs <= quietMs) return ok(sinceMs < 2000 ? 'Heard now' : `Heard ${seconds(sinceMs)} ago`);
	if (sinceMs !== null) return warn(`Silent for ${seconds(sinceMs)}`, remedy);
	return warn(`No sound for ${seconds(listeningMs)}`, remedy);
}
