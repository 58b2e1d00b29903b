import { execFileSync } from 'node:child_process';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import * as assert from 'uvu/assert';
import { makeServerCertificate } from '../../service/access/authority.js';
import type { GuestInvite } from '../../service/contract/guests.js';
import { KeyFiles } from '../../service/store/keyFiles.js';
import { lanAddresses } from '../../service/util/addresses.js';
import { createLog } from '../../service/util/log.js';
import { askFrom } from '../tools/net/askFrom.js';
import { TestBrowser } from '../tools/page/browser.js';
import { TestService } from '../tools/service.js';
import { test } from '../tools/suite.js';

export const alone = true;

const service = await TestService.start({ canvas: '320x180p15' });
const authority = await (await fetch(`${service.http}/ca.pem`)).text();
const open: TestBrowser[] = [];
async function browser(...options: Parameters<typeof TestBrowser.start>): Promise<TestBrowser> {
	const started = await TestBrowser.start(...options);
	open.push(started);
	return started;
}
/** As a phone on the network calls the studio. */
const host = lanAddresses().find((address) => !address.includes(':')) ?? '127.0.0.1';
const lan = `https://${host}:${new URL(service.https).port}`;
const guest = await browser({ trust: authority });
const operator = await browser();

/** Somebody at another address asks to be let in; resolves with the status. */
async function knock(name: string, localAddress: string): Promise<number> {
	const headers = { 'content-type': 'application/json' };
	const body = JSON.stringify({ name });
	return (await askFrom(localAddress, `${service.http}/api/door`, { method: 'POST', headers, body })).status;
}

test('a browser that trusts the authority opens the pages without a warning, and they get the camera', async () => {
	const { body: invite } = await service.api<GuestInvite>('POST', '/api/guests', { name: 'Ada' });
	const page = await guest.page(`${lan}/guest_join#${invite.token}`);
	assert.is(await page.evaluate('isSecureContext'), true);
	await page.getByTestId('join-button').click();
	await service.waitState(({ guests }) => guests[invite.id]?.state === 'connected', `${invite.id} to be connected`);
	await page.getByTestId('leave-button').click();
	assert.equal(guest.errors, []);
});

test('a browser that trusts it believes it of no other name', async () => {
	const authorityPair = new KeyFiles(join(service.dataDir, 'tls'), createLog('silent')).read('authority')!;
	const { certPem, keyPem } = await makeServerCertificate(authorityPair, ['bank.example', '203.0.113.7'], new Date());
	const own = await makeServerCertificate(authorityPair, ['other.local'], new Date());
	const server = createServer({ cert: certPem, key: keyPem }, (_, answer) => answer.end('<title>Bank</title>'));
	server.addContext('other.local', { cert: own.certPem, key: own.keyPem });
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	const { port } = server.address() as AddressInfo;
	const trusting = await browser({
		trust: authority,
		flags: ['--host-resolver-rules=MAP bank.example 127.0.0.1, MAP other.local 127.0.0.1'],
	});
	const open = async (url: string) => {
		const page = await trusting.context.newPage();
		const outcome = await page.goto(url).then(
			() => 'it opened',
			(error: Error) => error.message,
		);
		await page.close();
		return outcome;
	};
	assert.match(await open(`https://bank.example:${port}/`), /ERR_CERT_(AUTHORITY_)?INVALID/);
	assert.is(await open(`https://other.local:${port}/`), 'it opened');
	server.closeAllConnections();
	server.close();
});

test('a browser that does not trust it refuses', async () => {
	const page = await operator.context.newPage();
	const outcome = await page.goto(`${lan}/guest_join`).then(
		() => 'it opened',
		(error: Error) => error.message,
	);
	assert.match(outcome, /ERR_CERT_AUTHORITY_INVALID/);
	await page.close();
});

test('who has no invite types a name, the operator sees and admits, and the seat is theirs', async () => {
	const waiting = await guest.page(`${lan}/guest_join`);
	await waiting.getByTestId('door-name').fill('Cy');
	await waiting.getByTestId('door-knock').click();
	await waiting.getByTestId('door-waiting').waitFor();

	const switcher = await operator.page(`${service.http}/switcher#${service.ready.operatorToken}`);
	const visitor = switcher.getByTestId('visitor');
	await visitor.getByText('Cy', { exact: true }).waitFor();
	await switcher.waitForFunction("document.title.startsWith('(1) ')");
	await visitor.getByTestId('visitor-admit').click();
	await visitor.waitFor({ state: 'detached' });
	await switcher.waitForFunction("!document.title.startsWith('(')");

	await waiting.getByTestId('join-name').waitFor();
	assert.is(await waiting.getByTestId('join-name').textContent(), 'Cy');
	// Who asked to be let in is in, without a further press.
	await waiting.locator('[data-testid="join-state"][data-phase="live"]').waitFor();
	assert.equal(guest.errors, []);
});

test('who is refused reads so; who closes the page is gone from the list', async () => {
	const switcher = operator.context.pages()[0]!;
	// A page whose first question is lost on the way asks again.
	await guest.context.route('**/api/door', (route) => route.abort(), { times: 1 });
	const waiting = await guest.page(`${lan}/guest_join`);
	// The name of the last time is there already.
	assert.is(await waiting.getByTestId('door-name').inputValue(), 'Cy');
	await waiting.getByTestId('door-knock').click();
	await switcher.getByTestId('visitor-refuse').click();
	await waiting.getByTestId('door-refused').waitFor();
	await waiting.getByTestId('door-knock').click();
	await switcher.getByTestId('visitor').waitFor();
	await waiting.getByTestId('door-waiting').waitFor();
	await waiting.close({ runBeforeUnload: true });
	await switcher.getByTestId('visitor').waitFor({ state: 'detached' });
});

test('at a full door a browser that was let in before has a place, and its second tab takes it over', async () => {
	const stranger = await operator.page(`${service.http}/guest_join`);
	await stranger.getByTestId('door-name').fill('Eve');
	const tabs = [await guest.page(`${lan}/guest_join`), await guest.page(`${lan}/guest_join`)] as const;
	// Who knocks and never asks is gone after 15 s.
	for (let i = 1; ; i += 1) if ((await knock(`Stranger ${i}`, `127.0.70.${i}`)) !== 201) break;
	await stranger.getByTestId('door-knock').click();
	await stranger.getByText(/too many people are already waiting/i).waitFor();
	for (const tab of tabs) {
		await tab.getByTestId('door-knock').click();
		await tab.getByTestId('door-waiting').waitFor();
	}
	await tabs[0].getByTestId('door-gave-way').waitFor();
	await tabs[1].getByTestId('door-leave').click();
	for (const page of [stranger, ...tabs]) await page.close();
});

test('the QR code over the whole window is the link; a revoked link opens nothing', async () => {
	const switcher = operator.context.pages()[0]!;
	await switcher.getByTestId('guest-invite-name').fill('Dee');
	await switcher.getByTestId('guest-invite-expiry').selectOption('3600');
	await switcher.getByTestId('guest-invite-create').click();
	const link = await switcher.getByTestId('guest-invite-link').inputValue();
	await switcher.getByTestId('guest-invite-qr').click();
	const full = switcher.getByTestId('guest-invite-qr-full');
	const picture = join(operator.folder, 'qr.png');
	await full.screenshot({ path: picture });
	assert.is(execFileSync('zbarimg', ['--raw', '--quiet', picture], { encoding: 'utf8' }).trim(), link);
	await full.getByRole('button').click();

	const { guests } = await service.state();
	const { id } = Object.values(guests).find(({ name }) => name === 'Dee')!;
	await switcher.getByTestId(`guest-links-${id}`).click();
	await switcher.getByTestId('invite-revoke').click();
	await switcher.getByTestId('invite-row').waitFor({ state: 'detached' });
	const page = await operator.page(link);
	await page.getByTestId('join-closed').waitFor();
	await page.close();
	await switcher.getByTestId('invite-another').click();
	await switcher.getByTestId('invite-row').waitFor();
	await switcher.getByTestId('invite-close').click();
});

test.after(async () => {
	for (const each of open) await each.close();
	await service.stop();
});
test.run();
