/** One join by the join page in Chromium, from the click to the guest's first frame in the mixer. */
import type { GuestInvite } from '../../service/contract/guests.js';
import type { TestBrowser } from '../tools/page/browser.js';
import type { TestService } from '../tools/service.js';
import { until } from '../tools/wait.js';
import { reportSet, wallMs } from './measure.js';
import { marksOf } from './page.js';

export interface Join {
	toMixer: number;
	toOffer: number;
	toAnswer: number;
	toConnected: number;
	toFrame: number;
}

/** `origin`: where the browser finds the studio, when not by the invite's address. `path`: the way that media must have taken. */
export async function join(
	service: TestService,
	browser: TestBrowser,
	{ origin, path: wanted }: { origin?: string; path?: 'relay' } = {},
): Promise<Join> {
	const { body: guest } = await service.api<GuestInvite>('POST', '/api/guests', { name: 'Ada' });
	const events = await service.events();
	const page = await browser.page(origin ? `${origin}/guest_join#${guest.token}` : guest.joinUrl);
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
		if (wanted) await service.waitState(({ guests }) => guests[guest.id]?.path === wanted, `the path to be ${wanted}`);
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

export function reportJoins(all: Join[], how = ''): void {
	const parts = (name: keyof Join) => all.map((join) => join[name]);
	reportSet(`click on Join to first frame in the mixer${how}`, parts('toMixer'), 'ms', how ? {} : { p50: 300, p95: 600 });
	reportSet(`part: click to offer sent${how}`, parts('toOffer'), 'ms');
	reportSet(`part: offer sent to answer${how}`, parts('toAnswer'), 'ms');
	reportSet(`part: answer to connected${how}`, parts('toConnected'), 'ms');
	reportSet(`part: connected to first frame in the mixer${how}`, parts('toFrame'), 'ms');
}
