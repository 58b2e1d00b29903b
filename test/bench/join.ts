/** Click on Join to the guest's first frame in the mixer, with the join page in Chromium. */
import { TestService } from '../tools/service.js';
import { pause } from '../tools/wait.js';
import { type Join, join, reportJoins } from './joining.js';
import { progress } from './measure.js';
import { startBrowser } from './page.js';

const joins = process.env.R58_LONG ? 50 : 10;

const service = await TestService.start({ canvas: '1280x720p30' });
const browser = await startBrowser();

try {
	await service.onAir();
	// The browser's first page compiles what the others find compiled.
	await join(service, browser);
	const all: Join[] = [];
	while (all.length < joins) {
		// The service makes its next spare host a second after the last was taken.
		await pause(2000);
		all.push(await join(service, browser));
		progress(`${all.length} of ${joins} joins`);
	}
	reportJoins(all);
} finally {
	await browser.close();
	await service.stop();
}
