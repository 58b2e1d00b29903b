import type { State } from '../contract/state.js';
import type { Alerts } from '../faults/alerts.js';
import type { Faults } from '../faults/faults.js';
import type { Health } from '../health/health.js';
import type { HostFigures } from '../hosts/hostFigures.js';
import type { Network } from '../network/network.js';
import { withoutSecrets } from '../settings/secrets.js';
import type { Settings } from '../settings/settings.js';
import type { LiveState } from '../state/state.js';
import type { Log } from '../util/log.js';
import { json, type Part } from './part.js';

/** What the parts of a running service are made from. */
export interface ShowSources {
	state: LiveState;
	faults: Pick<Faults, 'list'>;
	figures: Pick<HostFigures, 'current'>;
	health: Health;
	network: Pick<Network, 'status'>;
	alerts: Alerts;
	settings: Settings;
	log: Log;
}

/** From the running service. */
export function showParts({ state, faults, figures, health, network, alerts, settings, log }: ShowSources): Part[] {
	return [
		{ file: 'state.json', about: 'the state of the show', make: () => json(withoutPeople(state.snapshot())) },
		{ file: 'faults.json', about: 'what is wrong now', make: () => json(faults.list()) },
		{ file: 'hosts.json', about: 'every process with its counters', make: () => json(figures.current) },
		{
			file: 'history.json',
			about: 'measurements of the machine in the last hour',
			make: () => JSON.stringify(health.history.since(0)),
		},
		{ file: 'network.json', about: 'addresses, and the state of STUN and TURN servers', make: () => json(network.status()) },
		{ file: 'alerts.json', about: 'how many alerts were sent', make: () => json(alerts.status) },
		{ file: 'settings.json', about: 'settings', make: () => json(shownSettings(settings.current)) },
		{ file: 'log.ndjson', about: 'the last lines of the log', make: () => `${log.lines.texts().join('\n')}\n` },
	];
}

export function shownSettings(values: Settings['current']): unknown {
	const { webhook } = values.alerts;
	const alerts = { ...values.alerts, webhook: webhook === null ? null : `${new URL(webhook).origin}/[removed]` };
	return withoutSecrets({ ...values, alerts });
}

/** Guests are known by their ids only; their names are private. */
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
