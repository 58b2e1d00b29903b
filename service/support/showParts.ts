import type { State } from '../contract/state.js';
import { withoutSecrets } from '../settings/secrets.js';
import type { Settings } from '../settings/settings.js';
import type { Studio } from '../studio.js';
import type { Log } from '../util/log.js';
import { json, type Part } from './part.js';

/** What the running service knows. */
export function showParts({ studio, settings, log }: { studio: Studio; settings: Settings; log: Log }): Part[] {
	return [
		{ file: 'state.json', about: 'the state of the show', make: () => json(withoutPeople(studio.state.snapshot())) },
		{ file: 'faults.json', about: 'what is wrong now', make: () => json(studio.faults()) },
		{ file: 'hosts.json', about: 'every process with its counters', make: () => json(studio.hostStats()) },
		{
			file: 'history.json',
			about: 'what was measured of the machine in the last hour',
			make: () => JSON.stringify(studio.health.history.since(0)),
		},
		{ file: 'network.json', about: 'addresses, and what STUN and TURN servers said', make: () => json(studio.networkStatus()) },
		{ file: 'alerts.json', about: 'how many alerts were sent', make: () => json(studio.alerts.status) },
		{ file: 'settings.json', about: 'settings', make: () => json(shownSettings(settings.current)) },
		{ file: 'log.ndjson', about: 'the last lines of the log', make: () => `${log.lines.texts().join('\n')}\n` },
	];
}

export function shownSettings(values: Settings['current']): unknown {
	const { webhook } = values.alerts;
	const alerts = { ...values.alerts, webhook: webhook === null ? null : `${new URL(webhook).origin}/[removed]` };
	return withoutSecrets({ ...values, alerts });
}

/** Guests stay what they are by their ids; who they are is nobody's business. */
export function withoutPeople(state: State): State {
	const guests = Object.entries(state.guests).map(([id, guest]) => [id, { ...guest, name: id, messages: [] }]);
	const door = Object.entries(state.door).map(([id, visitor]) => [id, { ...visitor, name: id, address: '[removed]' }]);
	const unnamed = ([id, entry]: [string, { label: string }]) =>
		id.includes('guest-') ? [id, { ...entry, label: id }] : [id, entry];
	return {
		...state,
		guests: Object.fromEntries(guests),
		door: Object.fromEntries(door),
		sources: Object.fromEntries(Object.entries(state.sources).map(unnamed)),
		scenes: Object.fromEntries(Object.entries(state.scenes).map(unnamed)),
	};
}

/** Names that may stand in logs and faults. */
export function peopleOf({ guests, door }: Pick<State, 'guests' | 'door'>): string[] {
	return [...Object.values(guests), ...Object.values(door)].map(({ name }) => name);
}
