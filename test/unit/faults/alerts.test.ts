import { createHmac } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import * as assert from 'uvu/assert';
import { Alerts, type AlertsOptions } from '../../../service/faults/alerts.js';
import { Faults } from '../../../service/faults/faults.js';
import type { AlertMessage } from '../../../service/faults/webhook.js';
import { settingsSchema } from '../../../service/settings/schema.js';
import { createLog } from '../../../service/util/log.js';
import { ShowStub } from '../../tools/showStub.js';
import { suite } from '../../tools/suite.js';
import { until } from '../../tools/wait.js';

/** Faults as a webhook on this machine sees them. */
const test = suite('alerts');
const secret = 'between two lamps';
const log = createLog('silent');

class Receiver {
	readonly got: { message: AlertMessage; headers: IncomingMessage['headers']; body: string }[] = [];
	/** How it answers; null: not at all. */
	answer: ((response: ServerResponse) => void) | null = (response) => response.writeHead(204).end();
	#server: Server;

	constructor() {
		this.#server = createServer((request, response) => {
			let body = '';
			request.on('data', (chunk) => {
				body += chunk;
			});
			request.on('end', () => {
				this.got.push({ message: JSON.parse(body), headers: request.headers, body });
				this.answer?.(response);
			});
		});
	}

	async listen(): Promise<string> {
		await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
		return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/hook-path-1234`;
	}

	close(): void {
		this.#server.closeAllConnections();
		this.#server.close();
	}

	get events(): string[] {
		return this.got.map(({ message }) => `${message.event} ${message.fault.code}`);
	}
}

async function run(
	body: (t: { receiver: Receiver; faults: Faults; alerts: Alerts; stub: ShowStub }) => Promise<void>,
	limits: AlertsOptions['limits'] = {},
	section: object = {},
): Promise<void> {
	const receiver = new Receiver();
	const webhook = await receiver.listen();
	const stub = new ShowStub();
	const faults = new Faults(stub.state, log);
	const settings = { current: settingsSchema.parse({ alerts: { webhook, secret, ...section } }) };
	const alerts = new Alerts({
		state: stub.state,
		settings,
		faults,
		limits: { timeoutMs: 30_000, retry: { firstMs: 5, capMs: 20 }, ...limits },
	});
	alerts.start();
	try {
		await body({ receiver, faults, alerts, stub });
	} finally {
		alerts.stop();
		receiver.close();
	}
}
const wait = (what: string, holds: () => unknown) => until(holds, { what, timeoutMs: 60_000, everyMs: 5 });
const hot = { code: 'temperature', subject: 'soc', params: { sensor: 'soc', limitC: 90 } } as const;

test('a fault is told when it comes and when it goes, signed, with what it is and where', () =>
	run(async ({ receiver, faults, alerts, stub }) => {
		faults.raise(hot);
		await wait('the first message', () => receiver.got.length === 1);
		faults.raise(hot);
		faults.amend({ ...hot, params: { sensor: 'soc', limitC: 95 } });
		// What comes and goes in one turn of the event loop is one change.
		stub.state.snapshot();
		faults.clear('temperature', 'soc');
		await wait('the second message', () => receiver.got.length === 2);
		assert.equal(receiver.events, ['raised temperature', 'cleared temperature']);
		const { message, headers, body } = receiver.got[0]!;
		assert.equal([message.severity, message.fault.count, message.fault.params], ['warning', 1, hot.params]);
		assert.match(message.fault.remedy!, /somewhere cooler/);
		assert.ok(message.device.name.length > 0 && message.device.version.length > 0);
		assert.is(receiver.got[1]!.message.fault.message, 'soc is hotter than 95 °C');
		assert.is(headers['x-r58-signature'], `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`);
		await wait('the count', () => alerts.status.sent === 2);
		assert.is(alerts.status.to, new URL(`http://${headers.host}`).host);
	}));

test('less than the least severity is not told', () =>
	run(
		async ({ receiver, faults }) => {
			faults.raise(hot);
			faults.raise({ code: 'off-air', subject: 'program' });
			await wait('the message', () => receiver.got.length === 1);
			assert.equal(receiver.events, ['raised off-air']);
			assert.is(receiver.got[0]!.message.severity, 'critical');
		},
		{},
		{ minSeverity: 'critical' },
	));

test('a receiver that fails gets the same message again, in order; the failure is a fault until it works', () =>
	run(async ({ receiver, faults, alerts, stub }) => {
		receiver.answer = (response) => response.writeHead(500).end('no');
		faults.raise(hot);
		stub.state.snapshot();
		faults.clear('temperature', 'soc');
		await wait('the fault of the webhook', () => stub.state.current.faults.some(({ code }) => code === 'webhook'));
		assert.is(alerts.status.lastError, 'it answers 500');
		receiver.answer = (response) => response.writeHead(200).end('thanks');
		await wait('all to be sent', () => alerts.status.sent === 2);
		assert.equal(stub.state.current.faults, []);
		const ids = receiver.got.map(({ message }) => message.id);
		assert.ok(ids.length >= 5);
		assert.equal([new Set(ids).size, ids[0] === ids[2], receiver.events.at(-1)], [2, true, 'cleared temperature']);
		assert.equal([alerts.status.failed, alerts.status.dropped, alerts.status.waiting], [0, 0, 0]);
	}));

test('a receiver that never answers is given up after all tries; nothing waits for it, and what waits is bounded and counted', () =>
	run(
		async ({ receiver, faults, alerts }) => {
			receiver.answer = null;
			for (let i = 0; i < 10; i++) faults.raise({ ...hot, subject: `sensor ${i}` });
			await wait('the queue to be full', () => alerts.status.dropped === 5);
			assert.is(alerts.status.waiting, 5);
			await wait('the first to be given up', () => alerts.status.failed >= 1);
			assert.match(alerts.status.lastError!, /no answer within 0.4 s/);
			assert.ok(receiver.got.filter(({ message }) => message.fault.subject === 'sensor 0').length <= 2);
		},
		{ timeoutMs: 400, tries: 2, waiting: 5 },
	));

test('redirects are not followed', () =>
	run(async ({ receiver, alerts }) => {
		receiver.answer = (response) => response.writeHead(307, { Location: '/elsewhere' }).end();
		const { delivered, message } = await alerts.test();
		assert.equal([delivered, message], [false, 'it answers 307; redirects are not followed']);
		assert.is(receiver.got.length, 1);
	}));

test('a test tells whether it was taken, and no address that may be a secret', () =>
	run(async ({ receiver, alerts }) => {
		const taken = await alerts.test();
		assert.is(taken.delivered, true);
		assert.equal(receiver.events, ['test test']);
		receiver.close();
		const lost = await alerts.test();
		assert.is(lost.delivered, false);
		assert.not.match(lost.message, /hook-path/);
	}));

test('without a webhook nothing is sent, and a test is refused', async () => {
	const stub = new ShowStub();
	const alerts = new Alerts({
		state: stub.state,
		settings: { current: settingsSchema.parse({}) },
		faults: new Faults(stub.state, log),
	});
	alerts.start();
	new Faults(stub.state, log).raise(hot);
	stub.state.snapshot();
	assert.equal([alerts.status.waiting, alerts.status.to], [0, null]);
	let refusal: unknown;
	await alerts.test().catch((error: { code: string }) => {
		refusal = error.code;
	});
	assert.is(refusal, 'conflict');
	alerts.stop();
});

test('an address with a login, or of another protocol, is refused', () => {
	for (const webhook of ['ftp://10.0.0.1/x', 'http://user:pass@10.0.0.1/', 'file:///etc/passwd', 'nothing'])
		assert.not.ok(settingsSchema.safeParse({ alerts: { webhook } }).success, webhook);
	for (const webhook of ['http://10.0.0.1:8080/x', 'https://[fd00::1]/', 'http://hook.local/'])
		assert.ok(settingsSchema.safeParse({ alerts: { webhook } }).success, webhook);
});

test.run();
