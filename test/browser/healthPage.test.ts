import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { extract } from 'tar-stream';
import * as assert from 'uvu/assert';
import type { GuestInvite } from '../../service/contract/guests.js';
import type { LogPage } from '../../service/contract/health.js';
import { TestBrowser } from '../tools/page/browser.js';
import { root, TestService } from '../tools/service.js';
import { suite } from '../tools/suite.js';
import { until } from '../tools/wait.js';

export const alone = true;

/** The pages Health and Logs of the real service, and the bundle for support with planted secrets. */
const test = suite<{ service: TestService; browser: TestBrowser; receiver: Server; hook: string; got: string[] }>('health page');
const canaries = {
	turnSecret: 'canary-turn-north by northwest',
	turnPassword: 'canary-credential-19',
	cloudflare: 'canary-cloudflare-27',
	hookPath: 'canary-hook-path-38',
	hookSecret: 'canary-hook-secret-46',
	guest: 'Canary Featherstonehaugh',
	message: 'canary message: the vault is open',
};

test.before(async (context) => {
	context.got = [];
	context.receiver = createServer((request, response) => {
		request.on('data', (chunk) => context.got.push(String(chunk)));
		request.on('end', () => response.end());
	});
	await new Promise<void>((resolve) => context.receiver.listen(0, '127.0.0.1', resolve));
	context.hook = `http://127.0.0.1:${(context.receiver.address() as AddressInfo).port}/${canaries.hookPath}`;
	context.service = await TestService.start({ canvas: '320x180p15' });
	context.browser = await TestBrowser.start();
});
test.after(async ({ service, browser, receiver }) => {
	await browser?.close();
	receiver?.closeAllConnections();
	receiver?.close();
	service?.destroy();
});

/** Names without the folder → text. */
async function unpacked(archive: Buffer): Promise<Map<string, string>> {
	const files = new Map<string, string>();
	const reader = extract();
	reader.end(gunzipSync(archive));
	for await (const entry of reader) {
		const chunks: Buffer[] = [];
		for await (const chunk of entry) chunks.push(chunk as Buffer);
		files.set(entry.header.name.replace(/^[^/]+\//, ''), Buffer.concat(chunks).toString());
	}
	return files;
}

async function command(...args: string[]): Promise<{ code: number | null; text: string }> {
	const child = spawn(process.execPath, [join(root, 'dist/service/cli/r58.js'), ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
	let text = '';
	for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (text += String(chunk)));
	const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
	return { code, text };
}

const parts =
	'versions.json gstreamer.txt packages.txt disk.json mounts.txt memory.txt interrupts.txt interfaces.txt devices.txt';
const own = 'state.json faults.json hosts.json history.json network.json alerts.json settings.json log.ndjson';

/** What was promised is there, or said to be missing; and nothing of what was planted. */
function check(files: Map<string, string>, expected: string[], secrets: string[]): void {
	const list = files.get('README.txt')!;
	for (const name of [...expected, 'dmesg.txt']) {
		assert.match(list, new RegExp(`^- ${name.replace('.', '\\.')}: `, 'm'), name);
		if (!files.has(name)) assert.match(list, new RegExp(`^- ${name.replace('.', '\\.')}: missing, `, 'm'), name);
	}
	for (const [name, text] of files) for (const secret of secrets) assert.not.ok(text.includes(secret), `${secret} in ${name}`);
}

test('a technician reads charts and what is not measured, sets a webhook and tests it', async ({
	service,
	browser,
	hook,
	got,
}) => {
	const page = await browser.page(`${service.http}/system#${service.ready.technicianToken}`);
	await page.getByTestId('health-link').click();
	for (const group of ['cpu', 'memory', 'diskFree']) await page.getByTestId(`chart-${group}`).locator('canvas').waitFor();
	assert.match((await page.getByTestId('chart-cpu').locator('ul').textContent())!, /all cores\s+(⚠ )?\d+(\.\d)? %\s+limit 90 %/);
	await page.getByTestId('alerts-webhook').fill(hook);
	await page.getByTestId('alerts-secret').fill(canaries.hookSecret);
	await page.getByTestId('alerts-secret').press('Tab');
	await page.getByTestId('alerts-severity').selectOption('notice');
	await page.getByTestId('alerts-test').click();
	await page.getByText('✓ Saved, and the receiver accepted it').waitFor();
	assert.match(got.join(''), /"event":"test"/);
	assert.match(readFileSync(join(service.dataDir, 'settings.yaml'), 'utf8'), /secret: "?enc:/);
	const [download] = await Promise.all([page.waitForEvent('download'), page.getByTestId('support-button').click()]);
	assert.match(download.suggestedFilename(), /^r58-support-.*\.tar\.gz$/);
	await page.setViewportSize({ width: 360, height: 740 });
	// The charts follow the width of the page when they are drawn next.
	await until(async () => (await page.evaluate<number>('document.documentElement.scrollWidth')) <= 360, {
		what: 'the page to fit a phone',
	});
	assert.equal(browser.errors, []);
	await page.close();
});

test('logs are filtered and followed; an operator is told who may read them', async ({ service, browser, got }) => {
	const page = await browser.page(`${service.http}/logs#${service.ready.technicianToken}`);
	await page.getByTestId('logs-lines').getByText('created a new certificate authority').waitFor();
	await page.getByTestId('logs-text').fill('no line has this');
	await page.getByText('No line matches.').waitFor();
	await page.getByTestId('logs-text').fill('HOST DOWN');
	const { pid } = await service.host('source', 'hdmi2');
	process.kill(pid, 'SIGKILL');
	const line = page.getByTestId('logs-lines').getByText('host down').first();
	await line.waitFor();
	await page.getByTestId('logs-component').selectOption('source hdmi2');
	await line.waitFor();
	const { body } = await service.api<LogPage>('GET', '/api/logs?level=warn&text=host%20down', undefined, {
		token: service.ready.technicianToken,
	});
	assert.is(body.lines[0]?.component, 'source hdmi2');
	await until(() => /"event":"raised".*"code":"host-restarted","subject":"source hdmi2"/.test(got.join('')), {
		what: 'the alert',
	});
	await page.close();
	const operator = await browser.page(`${service.http}/logs#${service.ready.operatorToken}`);
	await operator.getByTestId('logs-error').waitFor();
	assert.match((await operator.getByTestId('logs-error').textContent())!, /for technicians/);
	await operator.close();
});

test('a support bundle holds what it says and none of the secrets, from the running service and without it', async ({
	service,
	hook,
}) => {
	const technician = { token: service.ready.technicianToken };
	const servers = [
		{ name: 'ours', urls: ['turn:127.0.0.1:9'], secret: canaries.turnSecret },
		{ name: 'theirs', urls: ['turn:127.0.0.1:9'], username: 'studio', credential: canaries.turnPassword },
	];
	const network = { servers, cloudflare: { keyId: 'key', apiToken: canaries.cloudflare, apiUrl: 'http://127.0.0.1:9' } };
	const alerts = { webhook: hook, secret: canaries.hookSecret };
	const patched = await service.api('PATCH', '/api/settings', { network, alerts }, technician);
	assert.is(patched.status, 200, JSON.stringify(patched.body));
	const invite = (await service.api<GuestInvite>('POST', '/api/guests', { name: canaries.guest })).body;
	await service.api('POST', `/api/guests/${invite.id}/messages`, { text: canaries.message });
	const crew = await service.api<{ token: string }>('POST', '/api/tokens', { label: 'Crew', role: 'operator' }, technician);
	const runtime = JSON.parse(readFileSync(join(service.dataDir, 'service.json'), 'utf8')) as { token: string };
	const { operatorToken, technicianToken } = service.ready;
	const secrets = [...Object.values(canaries), invite.token, crew.body.token, runtime.token, operatorToken, technicianToken];
	for (const secret of secrets) assert.ok(secret.length >= 12);

	const running = join(service.dataDir, 'running.tar.gz');
	const made = await command('support', running, '--data', service.dataDir);
	assert.is(made.code, 0, made.text);
	assert.match(made.text, /by the running service/);
	const files = await unpacked(readFileSync(running));
	check(files, [...own.split(' '), ...parts.split(' ')], secrets);
	assert.match(files.get('state.json')!, new RegExp(`"name": "${invite.id}"`));
	assert.match(files.get('settings.json')!, /"credential": true/);
	assert.match(files.get('settings.json')!, /"webhook": "http:\/\/127.0.0.1:\d+\/\[removed\]"/);
	assert.match(files.get('gstreamer.txt')!, /^r58mixer: (\d+\.\d+\.\d+ |not asked)/m);
	assert.match(files.get('log.ndjson')!, /created a new certificate authority/);
	const again = await command('support', running, '--data', service.dataDir);
	assert.equal([again.code, /EEXIST/.test(again.text)], [1, true]);

	service.kill('SIGTERM');
	await service.ended;
	const down = join(service.dataDir, 'down.tar.gz');
	const late = await command('support', down, '--data', service.dataDir);
	assert.is(late.code, 0, late.text);
	assert.match(late.text, /no service is running/);
	const left = await unpacked(readFileSync(down));
	check(left, ['service.txt', 'settings.json', 'log.ndjson', 'folder.txt', ...parts.split(' ')], secrets);
	assert.match(left.get('settings.json')!, /"secret": true/);
	assert.match(left.get('folder.txt')!, /settings\.yaml$/m);
});

test.run();
