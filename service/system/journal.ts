import { output } from '../util/command.js';

const unit = 'r58.service';
const mostLines = 3000;

/** The service's last journal lines, oldest first. Throws without a readable journal. */
export async function journal(until?: Date): Promise<string[]> {
	const args = ['--unit', unit, '--output', 'cat', '--lines', String(mostLines), '--no-pager', '--quiet'];
	if (until) args.push('--until', `@${(until.getTime() / 1000).toFixed(3)}`);
	return (await output('journalctl', args)).split('\n').filter((line) => line !== '');
}

/** Lines of earlier runs; none when systemd did not start this one (systemd.exec(5), JOURNAL_STREAM). */
export async function earlierLog(): Promise<string[]> {
	if (process.env.JOURNAL_STREAM === undefined) return [];
	const started = new Date(Date.now() - process.uptime() * 1000);
	return journal(started).catch(() => []);
}
