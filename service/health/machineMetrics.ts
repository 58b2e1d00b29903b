import { Gauge, Registry } from 'prom-client';
import type { Alerts } from '../faults/alerts.js';
import { groups } from './figures.js';
import type { Health } from './health.js';

export interface MachineSources {
	health: Health;
	alerts: Alerts;
}

/** The last reading as `r58_machine_<group>{name}`, and the alert counters. */
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
	counts('r58_alerts_sent', 'Messages accepted by the webhook', sent);
	counts('r58_alerts_failed', 'Messages given up after all attempts', failed);
	counts('r58_alerts_dropped', 'Messages dropped because too many were waiting', dropped);
	counts('r58_alerts_waiting', 'Messages waiting for the webhook', waiting);
	counts('r58_history_dropped', 'Machine figures that were not kept', health.history.dropped);
	return registry.metrics();
}
