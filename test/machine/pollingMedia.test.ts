/**
 * Real media by signalling that only polls (/api/webrtc/session): between two peers with the studio as their letter box, and with
 * the studio itself. The browser, the agent and the studio each have a network namespace of their own.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import * as assert from 'uvu/assert';
import type { GuestInvite } from '../../service/contract/guests.js';
import { parseColour } from '../tools/engine/counter.js';
import { studioAddress, TestNetwork } from '../tools/net/netns.js';
import { TestBrowser, untilColour } from '../tools/page/browser.js';
import { root, TestService } from '../tools/service.js';
import { suite } from '../tools/suite.js';
import { patienceMs, until } from '../tools/wait.js';

interface World {
	network: TestNetwork;
	service: TestService;
	browser: TestBrowser;
	origin: string;
	page: Page;
}
const test = suite<World>('polled media');
const agentColour = '#20a040';
const cameraColour = '#c04020';

/** In the page: one polled session as the browser's side has it. */
const pollingPage = `
	window.polled = async (id, token, { camera = false, everyMs = 300 } = {}) => {
		const call = async (method, what, body) => {
			const response = await fetch('/api/webrtc/session/' + id + what, {
				method,
				headers: { authorization: 'Bearer ' + token, 'content-type': 'application/json' },
				body: body && JSON.stringify(body),
			});
			if (response.status === 404 || response.status === 204) return null;
			if (!response.ok) throw new Error(method + what + ': ' + response.status + ' ' + (await response.text()));
			return response.json();
		};
		const deadline = performance.now() + ${patienceMs};
		const pause = () => {
			if (performance.now() > deadline) throw new Error('not connected in time: ' + peer.connectionState);
			return new Promise((resolve) => setTimeout(resolve, everyMs));
		};
		const peer = new RTCPeerConnection();
		window.peer = peer;
		if (camera) {
			const stream = await navigator.mediaDevices.getUserMedia({ video: { width: 640, height: 360 }, audio: true });
			for (const track of stream.getTracks()) peer.addTransceiver(track, { direction: 'sendonly', streams: [stream] });
		} else {
			peer.addTransceiver('video', { direction: 'recvonly' });
			const video = document.createElement('video');
			Object.assign(video, { id: 'polled', autoplay: true, muted: true });
			peer.ontrack = ({ track }) => { video.srcObject = new MediaStream([track]); };
			document.body.replaceChildren(video);
		}
		peer.onicecandidate = ({ candidate }) => {
			const { candidate: text = '', sdpMid = null, sdpMLineIndex = null } = candidate ?? {};
			void call('POST', '/candidate', { from: 'browser', candidate: text, sdpMid, sdpMLineIndex });
		};
		await peer.setLocalDescription();
		await call('POST', '/offer', peer.localDescription.toJSON());
		let answer = null;
		while (!(answer = await call('GET', '/answer'))) await pause();
		await peer.setRemoteDescription(answer);
		window.end = async () => { await call('DELETE', ''); peer.close(); };
		let since = 0;
		while (peer.connectionState !== 'connected') {
			const { candidates } = await call('GET', '/candidates/vm?since=' + since);
			for (const { timestamp, ...candidate } of candidates) {
				since = timestamp;
				if (candidate.candidate) await peer.addIceCandidate({ sdpMLineIndex: 0, ...candidate });
			}
			await pause();
		}
	};
`;

test.before(async (world) => {
	world.network = new TestNetwork();
	const { network } = world;
	network.rules({ forward: ['meta l4proto udp accept'] });
	world.service = await TestService.start({ inside: network.inside('studio'), canvas: '320x180p15' });
	world.origin = `https://${studioAddress}:${new URL(world.service.https).port}`;
	world.service.ready.http = await network.reach(Number(new URL(world.service.http).port));
	await world.service.onAir();
	// Beyond the router is no network of the house, and what polls is no guest's page.
	const { technicianToken: token } = world.service.ready;
	await world.service.api('PATCH', '/api/settings', { access: { lan: ['203.0.113.0/24'] } }, { token });
	world.browser = await TestBrowser.start({
		program: network.wrapper('guest', '/usr/bin/chromium'),
		trust: readFileSync(join(world.service.dataDir, 'tls/authority.pem'), 'utf8'),
		camera: { colour: cameraColour },
	});
	await world.browser.context.addInitScript({ content: pollingPage });
	world.page = await world.browser.page(`${world.origin}/guest_join`);
});
test.after(async ({ network, service, browser }) => {
	await browser?.close();
	await service?.stop();
	network?.close();
});

test('two programs that know only the studio meet by its letter box: webrtcbin’s picture is in the browser', async (world) => {
	const { network, service, page, origin } = world;
	const program = join(network.folder, 'agent');
	const flags = execFileSync('pkg-config', ['--cflags', '--libs', 'gstreamer-webrtc-1.0', 'gstreamer-sdp-1.0', 'json-glib-1.0'], {
		encoding: 'utf8',
	});
	execFileSync('cc', [
		'-O1',
		'-Wall',
		'-std=gnu11',
		join(root, 'test/tools/net/webrtcAgent.c'),
		'-o',
		program,
		...flags.trim().split(/\s+/),
	]);
	const token = service.ready.operatorToken;
	const authority = join(service.dataDir, 'tls/authority.pem');
	const output = network.start(
		'router',
		'env',
		`NODE_EXTRA_CA_CERTS=${authority}`,
		process.execPath,
		join(root, 'dist/test/tools/net/pollingAgent.js'),
		program,
		origin,
		'vm-7',
		token,
	);
	await page.evaluate(`polled('vm-7', '${token}')`).catch((error: Error) => {
		throw new Error(`${error.message}\n${output.join('')}`);
	});
	await untilColour(page.locator('#polled'), [0.5, 0.5], parseColour(agentColour), { tolerance: 40 });
	await until(() => output.join('').includes('"connected"'), { what: 'the agent to be connected' });
	assert.is(service.hosts().filter(({ role }) => role === 'source').length, 4, 'no media went through the studio');
	await page.evaluate('end()');
});

test('a browser that polls watches the program of the studio', async ({ service, page }) => {
	const { sources } = await service.state();
	await service.api('POST', '/api/cut', { scene: 'source-hdmi2' });
	await page.evaluate(`polled('program', '${service.ready.operatorToken}')`);
	// Its border has the colour of the input.
	await untilColour(page.locator('#polled'), [0.02, 0.5], parseColour(sources.hdmi2!.colour), {
		tolerance: 40,
	});
	await service.waitState(({ streamers }) => streamers.program!.viewers === 1, 'one viewer');
	await page.evaluate('end()');
	await service.waitState(({ streamers }) => streamers.program!.viewers === 0, 'no viewer');
});

test('a guest that polls is in the program, and its DELETE empties the seat', async ({ service, page, browser, origin }) => {
	const { body: guest } = await service.api<GuestInvite>('POST', '/api/guests', { name: 'Polly' });
	const sender = await browser.page(`${origin}/guest_join`);
	await sender.evaluate(`polled('${guest.id}', '${guest.token}', { camera: true })`);
	await service.waitState(
		({ guests, sources }) => guests[guest.id]?.state === 'connected' && sources[guest.id]?.state === 'live',
		'the guest to be live',
		20_000,
	);
	await service.api('POST', '/api/cut', { scene: `source-${guest.id}` });
	await page.evaluate(`polled('program', '${service.ready.operatorToken}')`);
	await untilColour(page.locator('#polled'), [0.5, 0.5], parseColour(cameraColour), { tolerance: 40 });
	// Off air: who hangs up on air keeps the last picture there for a while.
	await service.api('POST', '/api/cut', { scene: 'source-hdmi1' });
	await sender.evaluate('end()');
	await service.waitState(({ guests }) => guests[guest.id]?.state === 'invited', 'the seat to be empty');
});

test.run();
