/** The same as join and watch when media goes through coturn, in network namespaces: the guest has no other way. */
import { studioAddress, TestNetwork, turnAddress, turnPorts } from '../tools/net/netns.js';
import { TestService } from '../tools/service.js';
import { pause } from '../tools/wait.js';
import { type Join, join, reportJoins } from './joining.js';
import { progress, reportSet } from './measure.js';
import { type Marks, marksOf, startBrowser } from './page.js';

const times = process.env.R58_LONG ? 50 : 8;
const secret = 'bench';
const how = ', by relay';

const network = new TestNetwork();
let service: TestService | undefined;
let browser: Awaited<ReturnType<typeof startBrowser>> | undefined;
try {
	service = await TestService.start({ inside: network.inside('studio'), canvas: '1280x720p30' });
	service.ready.http = await network.reach(Number(new URL(service.http).port));
	const origin = `https://${studioAddress}:${new URL(service.https).port}`;
	await service.onAir();
	await network.startTurn({ secret });
	const servers = [{ name: 'bench', urls: [`turn:${turnAddress}:${turnPorts.plain}?transport=udp`], secret, for: 'guests' }];
	const settings = { network: { servers } };
	const { status } = await service.api('PATCH', '/api/settings', settings, { token: service.ready.technicianToken });
	if (status !== 200) throw new Error(`PATCH /api/settings: ${status}`);
	browser = await startBrowser('', { program: network.wrapper('guest', '/usr/bin/chromium'), ignoreCertificateErrors: true });

	const joins: Join[] = [];
	// The browser's first page compiles what the others find compiled.
	await join(service, browser, { origin, path: 'relay' });
	while (joins.length < times) {
		// The service makes its next spare host a second after the last was taken.
		await pause(2000);
		joins.push(await join(service, browser, { origin, path: 'relay' }));
		progress(`${joins.length} of ${times} joins`);
	}
	reportJoins(joins, how);

	const views: Marks[] = [];
	for (let i = 0; i <= times; i++) {
		const page = await browser.page(`${origin}/watch/program#${service.ready.operatorToken}`);
		views.push(await marksOf(page, ['begun', 'posted', 'answered', 'connected', 'shown']));
		await page.close();
	}
	const shown = views.slice(1).map(({ begun, shown }) => shown - begun);
	reportSet(`request to first frame${how}`, shown, 'ms');
} finally {
	await browser?.close();
	await service?.stop();
	network.close();
}
