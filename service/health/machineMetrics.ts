import { Gauge, Registry } from 'prom-client';
import type { Alerts } from '../faults/alerts.js';
import { groups } from './figures.js';
import type { Health } from './health.js';

export interface MachineSources {
	health: Health;
	alerts: Alerts;
}

/** The last reading of the machine as `r58_machine_<group>{name}`, and what was sent of alerts. */
export function machineMetrics({ health, alerts }: MachineSources): Promise<string> {
	const registry = new Registry();
	const registers = [registry];
	for (const [group, { label, unit }] of Object.entries(groups)) {
		const figures = health.figures.filter((figure) => figure.group === group);
		if (figures.length === 0) continue;
		const name = `r58_machine_${group.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)}`;
		const gauge = new Gauge({ name, help: unit ? `${label}, ${unit}` : label, labelNames: ['name'], registers });
		for (const figure of figures) gauge.set({ name: figure.name }, figure.value);
	}
	const counts = (name: string, help: string, value: number) => new Gauge({ name, help, registers }).set(value);
	const { sent, failed, dropped, waiting } = alerts.status;
	counts('r58_alerts_sent', 'Messages that the webhook took', sent);
	counts('r58_alerts_failed', 'Messages given up after all tries', failed);
	counts('r58_alerts_dropped', 'Messages left out because too many waited', dropped);
	counts('r58_alerts_waiting', 'Messages that wait for the webhook', waiting);
	counts('r58_history_dropped', 'Figures of the machine that were not kept', health.history.dropped);
	return registry.metrics();
}
