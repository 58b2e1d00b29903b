/** Click on Join to the guest's first frame in the mixer, with the join page in Chromium. */
import type { GuestInvite } from '../../service/api/schema.js';
import { TestService } from '../tools/service.js';
import { pause, until } from '../tools/wait.js';
import { progress, reportSet, wallMs } from './measure.js';
import { marksOf, startBrowser } from './page.js';

const joins = 10;

const service = await TestService.start({ canvas: '1280x720p30' });
const browser = await startBrowser();

interface Join {
	toMixer: number;
	toOffer: number;
	toAnswer: number;
	toConnected: number;
	toFrame: number;
}

async function join(): Promise<Join> {
	const { body: guest } = await service.api<GuestInvite>('POST', '/api/guests', { name: 'Ada' });
	const events = await service.events();
	const page = await browser.page(guest.joinUrl);
	try {
		const button = page.getByTestId('join-button').and(page.locator(':enabled'));
		await button.waitFor();
		// The mixer says so when the first frame of a slot is there, and the service passes it on at once.
		const path = `sources.${guest.id}.state`;
		const live = until(
			() =>
				events.messages.some(
					(message) => message.type === 'delta' && message.changes.some(([at, value]) => at === path && value === 'live'),
				) && wallMs(),
			{ what: `${guest.id} to be in the mixer`, everyMs: 2 },
		);
		await button.click();
		const liveMs = await live;
		const marks = await marksOf(page, ['clicked', 'posted', 'answered', 'connected']);
		return {
			toMixer: liveMs - marks.clicked,
			toOffer: marks.posted - marks.clicked,
			toAnswer: marks.answered - marks.posted,
			toConnected: marks.connected - marks.answered,
			toFrame: liveMs - marks.connected,
		};
	} finally {
		events.close();
		await page.close();
		await service.api('DELETE', `/api/guests/${guest.id}`);
	}
}

try {
	await service.onAir();
	// The browser's first page compiles what the others find compiled.
	await join();
	const all: Join[] = [];
	while (all.length < joins) {
		// The service makes its next spare host a second after the last was taken.
		await pause(2000);
		all.push(await join());
		progress(`${all.length} of ${joins} joins`);
	}
	const parts = (name: keyof Join) => all.map((join) => join[name]);
	reportSet('click on Join to first frame in the mixer', parts('toMixer'), 'ms', { p50: 300, p95: 600 });
	reportSet('part: click to offer sent', parts('toOffer'), 'ms');
	reportSet('part: offer sent to answer', parts('toAnswer'), 'ms');
	reportSet('part: answer to connected', parts('toConnected'), 'ms');
	reportSet('part: connected to first frame in the mixer', parts('toFrame'), 'ms');
} finally {
	await browser.close();
	await service.stop();
}
