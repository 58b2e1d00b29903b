import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';
import * as assert from 'uvu/assert';
import type { GuestInvite } from '../../../service/contract/guests.js';
import type { Status } from '../../../service/contract/system.js';
import { LightPeers, type LightPorts } from '../../tools/engine/lightPeers.js';
import { payloadTypes } from '../../tools/engine/lightPeersChild.js';
import { freeTcpPorts } from '../../tools/net/ports.js';
import { Signalling } from '../../tools/net/signalling.js';
import { needed } from '../../tools/packages.js';
import { processes } from '../../tools/processes.js';
import { TestService } from '../../tools/service.js';
import { suite } from '../../tools/suite.js';
import { pause, until } from '../../tools/wait.js';

/** What becomes of a seat when the guest's browser is closed, killed, frozen or reloaded, and of viewers. */
const test = suite<Context>('liveness');

interface Context {
	service: TestService;
	wire: Signalling;
	guest: GuestInvite;
	dataDir: string;
	port: number;
}
/** Time that a busy machine may take on top of what is promised. */
const slackMs = 5000;
/** Consent (RFC 7675) is checked each 4 to 6 s; nothing but silence after two checks ends a peer. */
const silenceMs = 14_000;
/** In place of a minute. */
const seatMs = 4000;

/** A muted microphone and no camera: a packet of comfort noise each 400 ms. */
const silence = ({ audio }: LightPorts): string =>
	`audiotestsrc is-live=true wave=silence ! audio/x-raw,rate=48000,channels=1 ! opusenc dtx=true
	! rtpopuspay dtx=true pt=${payloadTypes.audio} ssrc=2 ! udpsink host=127.0.0.1 port=${audio}`;

test.before(async (context) => {
	context.dataDir = mkdtempSync(join(tmpdir(), 'r58-liveness-'));
	[context.port] = (await freeTcpPorts(1)) as [number];
	await start(context);
	context.guest = await context.wire.guest();
});
test.after(async ({ service, dataDir }) => {
	await service.stop();
	rmSync(dataDir, { recursive: true });
});

async function start(context: Context): Promise<void> {
	const { dataDir, port: httpPort } = context;
	context.service = await TestService.start({ dataDir, httpPort, canvas: '320x180p15', args: ['--test', `seatMs=${seatMs}`] });
	context.wire = new Signalling(context.service);
	await context.service.onAir();
}

/** A browser of its own, that can be killed whole. */
class Victim {
	private constructor(
		readonly browser: Browser,
		readonly page: Page,
		private readonly session: number,
		private readonly folder: string,
	) {}

	static async open(url: string): Promise<Victim> {
		const folder = mkdtempSync(join(tmpdir(), 'r58-victim-'));
		const [port] = await freeTcpPorts(1);
		const flags = ['--headless=new', '--no-sandbox', '--disable-gpu', '--no-first-run', '--use-fake-device-for-media-stream'];
		const more = [
			'--use-fake-ui-for-media-stream',
			`--user-data-dir=${folder}`,
			`--remote-debugging-port=${port}`,
			'about:blank',
		];
		const child = spawn('setpriv', ['--pdeathsig', 'KILL', needed('/usr/bin/chromium'), ...flags, ...more], {
			detached: true,
			stdio: 'ignore',
		});
		const browser = await until(() => chromium.connectOverCDP(`http://127.0.0.1:${port}`), {
			what: 'Chromium',
			everyMs: 200,
		});
		const page = await browser.contexts()[0]!.newPage();
		await page.goto(url, { waitUntil: 'domcontentloaded' });
		return new Victim(browser, page, child.pid!, folder);
	}

	/** All its processes. */
	signal(signal: NodeJS.Signals): void {
		for (const { session, pid, state } of processes()) {
			if (session !== this.session || state === 'Z') continue;
			try {
				process.kill(pid, signal);
			} catch {
				// It ended by itself in this moment.
			}
		}
	}

	end(): void {
		this.signal('SIGKILL');
		rmSync(this.folder, { recursive: true, force: true, maxRetries: 5 });
	}
}

async function join58({ service, guest }: Context): Promise<Victim> {
	const victim = await Victim.open(guest.joinUrl);
	await victim.page.getByTestId('join-button').click();
	await untilLive(service, guest);
	return victim;
}

async function untilLive(service: TestService, { id }: GuestInvite): Promise<void> {
	await service.waitState(
		({ guests, sources }) => guests[id]?.state === 'connected' && sources[id]?.state === 'live',
		'the guest to be live',
	);
}

const untilState = ({ service, guest }: Context, wanted: string, timeoutMs: number) =>
	service.waitState(({ guests }) => guests[guest.id]?.state === wanted, `the guest to be ${wanted}`, timeoutMs);

test('a guest whose tab is reloaded has the seat again; one who closes it has left at once', async (context) => {
	const { service, guest } = context;
	const victim = await join58(context);
	const { pid } = await service.host('source', guest.id);
	await victim.page.reload({ waitUntil: 'domcontentloaded' });
	await service.host('source', guest.id, { not: pid });
	await untilLive(service, guest);
	await victim.page.close();
	await untilState(context, 'invited', 1000 + slackMs);
	victim.end();
});

for (const [name, signal] of [
	['killed', 'SIGKILL'],
	['frozen', 'SIGSTOP'],
] as const)
	test(`a guest whose browser is ${name} is lost, keeps the last picture for the time of the seat, and may come back`, async (context) => {
		const { service, guest } = context;
		const victim = await join58(context);
		victim.signal(signal);
		const { guests } = await untilState(context, 'lost', silenceMs + slackMs);
		assert.match(guests[guest.id]!.lastError!, /silent|closed/);
		await until(() => service.hosts().every(({ name }) => name !== guest.id), {
			what: 'the end of its process',
			timeoutMs: 5000,
		});
		await untilState(context, 'invited', seatMs + slackMs);
		assert.type((await service.state()).sources[guest.id]!.slot, 'number', 'still the guest’s');
		victim.end();
		if (signal === 'SIGSTOP') return;
		(await join58(context)).end();
		await untilState(context, 'lost', silenceMs + slackMs);
	});

test('a guest who has nothing to send stays, is said to send nothing, and is live again as soon as something comes', async (context) => {
	const { service } = context;
	const { id, whipUrl, token } = await context.wire.guest();
	const peers = new LightPeers();
	try {
		await peers.addSender(async (offer) => (await context.wire.post(new URL(whipUrl).pathname, token, offer)).answer);
		const guestIs = (nothingSent: boolean, source: string) =>
			service.waitState(
				({ guests, sources }) => guests[id]?.nothingSent === nothingSent && sources[id]?.state === source,
				`nothing sent ${nothingSent}, and the source ${source}`,
			);
		await guestIs(false, 'live');
		const { pid } = await service.host('source', id);
		peers.pause();
		const quiet = await guestIs(true, 'no-signal');
		assert.is(quiet.guests[id]!.state, 'connected');
		// Longer than the silence of a peer that is gone.
		await pause(silenceMs + 1000);
		const { guests } = await service.state();
		assert.equal([guests[id]!.state, guests[id]!.nothingSent, guests[id]!.lastError], ['connected', true, null]);
		peers.resume();
		await guestIs(false, 'live');
		assert.is((await service.host('source', id)).pid, pid, 'the same connection');
	} finally {
		peers.stop();
		await service.api('DELETE', `/api/guests/${id}`);
	}
});

test('a guest who is silent with discontinuous transmission stays, without a fault', async (context) => {
	const { service } = context;
	const { id, whipUrl, token } = await context.wire.guest();
	const peers = new LightPeers(silence);
	try {
		await peers.addSender(async (offer) => (await context.wire.post(new URL(whipUrl).pathname, token, offer)).answer);
		await service.waitState(({ guests }) => guests[id]?.state === 'connected', 'the guest');
		const { pid } = await service.host('source', id);
		// Longer than the silence of a peer that is gone.
		const end = performance.now() + silenceMs + 1000;
		const packets = () =>
			until(
				async () => {
					const { hosts } = (await service.api<Status>('GET', '/api/system/status')).body;
					return Number(hosts.find((host) => host.role === 'source' && host.name === id)?.elements.rtc?.packetsIn);
				},
				{ what: 'its packets to be counted', everyMs: 100 },
			);
		const [began, before] = [performance.now(), await packets()];
		while (performance.now() < end) {
			const { state, nothingSent, lastError } = (await service.state()).guests[id]!;
			assert.equal([state, nothingSent, lastError], ['connected', false, null]);
			await pause(250);
		}
		const perSecond = ((await packets()) - before) / ((performance.now() - began) / 1000);
		// A tone has 50.
		assert.ok(perSecond > 1 && perSecond < 10, `${perSecond} packets a second: not discontinuous`);
		assert.is((await service.host('source', id)).pid, pid, 'the same connection');
	} finally {
		peers.stop();
		await service.api('DELETE', `/api/guests/${id}`);
	}
});

test('a viewer whose browser is frozen is no viewer any more, the others go on', async (context) => {
	const { service } = context;
	const viewers = async (count: number, timeoutMs?: number) =>
		service.waitState(({ streamers }) => streamers.program!.viewers === count, `${count} viewers`, timeoutMs);
	const victim = await Victim.open(`${service.http}/watch/program#${service.ready.operatorToken}`);
	await viewers(1);
	await until(
		() => victim.page.locator('video').evaluate((video) => (video as unknown as { videoWidth: number }).videoWidth > 0),
		{ what: 'a picture' },
	);
	victim.signal('SIGSTOP');
	await viewers(0, silenceMs + slackMs);
	victim.end();
});

test('when the service is started anew, guest and viewer are back by themselves', async (context) => {
	const victim = await join58(context);
	context.service.kill('SIGKILL');
	await context.service.ended;
	context.service.destroy();
	await start(context);
	await untilLive(context.service, context.guest);
	victim.end();
});

test.run();
