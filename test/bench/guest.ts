/** A guest of 720p30 whose picture takes all the bitrate it gets: how fast that grows, and what the guest costs this machine. */
import type { GuestInvite } from '../../service/contract/guests.js';
import { TestService } from '../tools/service.js';
import { pause } from '../tools/wait.js';
import { cpuPercents, median, memory, progress, report } from './measure.js';
import { marksOf, startBrowser } from './page.js';

const sessions = 2;
const afterS = [3, 5, 10];
const windowMs = 4000;
const goalKbps = 2500;

/** Keeps the page's connections, which are asked what the browser believes it may send. */
const keepPeers = `
	window.peers = [];
	window.RTCPeerConnection = class extends RTCPeerConnection {
		constructor(...words) {
			super(...words);
			peers.push(this);
		}
	};`;
/** kbit/s: what was sent in the last second, and what may be sent. */
const readRates = `(async () => {
	const video = async () => {
		const found = {};
		for (const peer of peers)
			for (const entry of (await peer.getStats()).values()) {
				if (entry.type === 'outbound-rtp' && entry.kind === 'video') Object.assign(found, { bytes: entry.bytesSent, at: entry.timestamp });
				if (entry.type === 'candidate-pair' && entry.availableOutgoingBitrate > (found.may ?? 0)) found.may = entry.availableOutgoingBitrate;
			}
		return found;
	};
	const first = await video();
	await new Promise((resolve) => setTimeout(resolve, 1000));
	const last = await video();
	return { sent: ((last.bytes - first.bytes) * 8) / (last.at - first.at), may: last.may / 1000 };
})()`;

const service = await TestService.start({ canvas: '1280x720p30' });
const browser = await startBrowser(`r58bench.replaceCamera();${keepPeers}`);
const rates = afterS.map(() => ({ sent: [] as number[], may: [] as number[] }));
const cpu: number[] = [];
const sizes: { rss: number; pss: number }[] = [];
try {
	await service.onAir();
	for (let session = 0; session < sessions; session++) {
		const { body: guest } = await service.api<GuestInvite>('POST', '/api/guests', { name: 'Ada' });
		const page = await browser.page(guest.joinUrl);
		await page.getByTestId('join-button').and(page.locator(':enabled')).click();
		const { connected } = await marksOf(page, ['connected']);
		for (const [i, seconds] of afterS.entries()) {
			// The second that ends then.
			await pause(Math.max(0, connected + seconds * 1000 - 1000 - Date.now()));
			const { sent, may } = await page.evaluate<{ sent: number; may: number }>(readRates);
			rates[i]!.sent.push(sent);
			rates[i]!.may.push(may);
		}
		const host = await service.host('source', guest.id);
		cpu.push((await cpuPercents([host.pid], windowMs))[0]!);
		sizes.push(memory(host.pid));
		progress(`${session + 1} of ${sessions} guests`);
		await page.close();
		await service.api('DELETE', `/api/guests/${guest.id}`);
	}
	for (const [i, seconds] of afterS.entries()) {
		const { sent, may } = rates[i]!;
		report({ what: `bitrate ${seconds} s after joining, sent`, value: median(sent), unit: 'kbit/s', n: sessions });
		const goal = seconds === afterS.at(-1) ? { note: `wanted: ${goalKbps} or more` } : {};
		report({
			what: `bitrate ${seconds} s after joining, what the browser may send`,
			value: median(may),
			unit: 'kbit/s',
			n: sessions,
			...goal,
		});
	}
	report({ what: 'processor time of one guest of 720p30', value: median(cpu), unit: '% of a core', n: sessions });
	report({ what: 'memory of one guest, proportional', value: median(sizes.map(({ pss }) => pss)), unit: 'MB', n: sessions });
	report({ what: 'memory of one guest, resident', value: median(sizes.map(({ rss }) => rss)), unit: 'MB', n: sessions });
} finally {
	await browser.close();
	await service.stop();
}
