/** A viewer's request to the first frame that Chromium presents; the page itself is loaded already. */
import { TestService } from '../tools/service.js';
import { progress, reportSet } from './measure.js';
import { type Marks, marksOf, startBrowser } from './page.js';

const viewers = 10;

const service = await TestService.start({ canvas: '1280x720p30' });
const browser = await startBrowser();

async function watch(): Promise<Marks> {
	const page = await browser.page(`${service.http}/watch/program#${service.ready.operatorToken}`);
	const marks = await marksOf(page, ['begun', 'posted', 'answered', 'connected', 'shown']);
	await page.close();
	return marks;
}

try {
	await service.onAir();
	// The browser's first page compiles what the others find compiled.
	await watch();
	const all: Marks[] = [];
	while (all.length < viewers) all.push(await watch());
	progress(`${viewers} viewers`);
	const between = (from: keyof Marks, to: keyof Marks) => all.map((marks) => marks[to] - marks[from]);
	reportSet('request to first frame', between('begun', 'shown'), 'ms', { p50: 200, p95: 300 });
	reportSet('part: request to offer sent', between('begun', 'posted'), 'ms');
	reportSet('part: offer sent to answer', between('posted', 'answered'), 'ms');
	reportSet('part: answer to connected', between('answered', 'connected'), 'ms');
	reportSet('part: connected to first frame', between('connected', 'shown'), 'ms');
} finally {
	await browser.close();
	await service.stop();
}
