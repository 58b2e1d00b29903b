/**
 * Floods of 50 Mbit/s from one address: how long a cut and a health check of somebody else take meanwhile, and how long the
 * watchdog waits. The reference is the same flood to a program that only reads it, beside the same studio.
 */
import { NotifySocket } from '../tools/machine/notifySocket.js';
import type { FloodKind } from '../tools/net/flood.js';
import { flood, type Noticed, notice, sink } from '../tools/net/floods.js';
import { TestService } from '../tools/service.js';
import { pause } from '../tools/wait.js';
import { percentile, progress, report, reportSet } from './measure.js';

const seconds = 8;
const watchdogMs = 10_000;
const attacks: [what: string, kind: FloodKind, secure: boolean, connections: number][] = [
	['pipelined HTTP', 'requests', false, 16],
	['pipelined HTTPS', 'requests', true, 16],
	['heads of many lines', 'heads', false, 16],
	['TLS handshakes', 'connections', true, 40],
];

const manager = await NotifySocket.open();
const service = await TestService.start({
	canvas: '1280x720p30',
	env: { NOTIFY_SOCKET: manager.path, WATCHDOG_USEC: String(watchdogMs * 1000) },
	timeoutMs: 60_000,
});
let attackers = 0;

/** From an address of its own. */
function attack(url: string, kind: FloodKind, connections: number): Promise<Noticed> {
	attackers += 1;
	const localAddress = `127.0.66.${attackers}`;
	return notice(service, manager, flood({ url, kind, host: 'localhost', localAddress, seconds, connections }));
}

function tell(what: string, { cuts, healths, failed, hungryMs }: Noticed): void {
	reportSet(`cut during ${what}`, cuts, 'ms', { p95: 100 });
	report({
		what: `health during ${what}, longest`,
		value: percentile(healths, 100),
		unit: 'ms',
		n: healths.length,
		goal: 500,
		note: `${failed} failed`,
	});
	report({ what: `watchdog during ${what}, longest wait`, value: hungryMs, unit: 'ms', goal: watchdogMs });
}

try {
	await service.onAir(60_000);
	progress(`without a flood, ${seconds} s`);
	tell('no flood', await notice(service, manager, pause(seconds * 1000)));
	const elsewhere = await sink();
	progress('a flood that another program reads');
	tell('a flood elsewhere', await attack(elsewhere.url, 'requests', 16));
	elsewhere.close();
	for (const [what, kind, secure, connections] of attacks) {
		progress(what);
		tell(what, await attack(secure ? service.https : service.http, kind, connections));
	}
} finally {
	await service.stop();
	manager.close();
}
