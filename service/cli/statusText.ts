import type { HostStatus, Status } from '../contract/system.js';

/** Counters of losses; the other ones count what got through. */
const DROPS = [
	...['skipped', 'jumped', 'dropped', 'overrun', 'disconnected', 'refused', 'late', 'lost', 'synthesised', 'repeated'],
	...['lateFrames', 'lateBlocks', 'skippedFrames', 'skippedBlocks', 'unsent'],
];
const FLOWS = ['buffers', 'frames', 'readers', 'connected', 'peers'];

/** The status for people: one line per host, then losses, then faults. */
export function statusText(status: Status): string {
	const { version, uptimeS, onAir, safeMode, service, hosts, faults } = status;
	const air = safeMode ? 'SAFE MODE' : onAir ? 'on air' : 'OFF AIR';
	return [
		`R58 Studio ${version}  ${air}  up ${duration(uptimeS)}  service pid ${service.pid}, ${megabytes(service.rssBytes)} MB`,
		'',
		...table([['ROLE', 'NAME', 'PID', 'STATE', 'RESTARTS', 'CPU %', 'RSS MB'], ...hosts.map(hostLine)]),
		'',
		'COUNTERS',
		...hosts.flatMap((host) => counterLines(host, FLOWS)),
		'',
		'DROPS',
		...orNone(hosts.flatMap((host) => counterLines(host, DROPS, (value) => value > 0))),
		'',
		`FAULTS (${faults.length})`,
		...orNone(faults.flatMap((fault) => faultLines(fault))),
		'',
	].join('\n');
}

function hostLine({ role, name, pid, state, restarts, cpuPct, rssBytes }: HostStatus): string[] {
	return [role, name, text(pid), state, String(restarts), text(cpuPct), rssBytes === null ? '–' : String(megabytes(rssBytes))];
}

function counterLines({ role, name, elements }: HostStatus, names: string[], shown = (_: number) => true): string[] {
	return Object.entries(elements).flatMap(([element, counters]) => {
		const found = names.flatMap((key) => {
			const value = counters[key];
			const number = typeof value === 'boolean' ? Number(value) : value;
			return typeof number === 'number' && shown(number) ? [`${key} ${number}`] : [];
		});
		return found.length > 0 ? [`  ${role} ${name} · ${element}: ${found.join(', ')}`] : [];
	});
}

function faultLines({ code, subject, message, since, count, remedy }: Status['faults'][number]): string[] {
	const head = `  ${code}  ${subject}  since ${since}, ${count === 1 ? 'once' : `${count} times`}`;
	return [head, `    ${message}`, ...(remedy ? [`    → ${remedy}`] : [])];
}

function table(rows: string[][]): string[] {
	const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
	return rows.map((row) =>
		row
			.map((cell, column) => cell.padEnd(widths[column]!))
			.join('  ')
			.trimEnd(),
	);
}

function orNone(lines: string[]): string[] {
	return lines.length > 0 ? lines : ['  none'];
}

function text(value: number | null): string {
	return value === null ? '–' : String(value);
}

function megabytes(bytes: number): number {
	return Math.round(bytes / 2 ** 20);
}

function duration(seconds: number): string {
	const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor((seconds % 3600) / 60)];
	return hours > 0 ? `${hours} h ${minutes} min` : minutes > 0 ? `${minutes} min ${seconds % 60} s` : `${seconds} s`;
}
