import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import * as assert from 'uvu/assert';
import type { AlertStatus, AlertTest, LogPage, SystemHistory } from '../../service/contract/health.js';
import { type ApiServer, startApiServer } from '../tools/apiServer.js';
import { test } from '../tools/suite.js';

/** What was measured, what was logged, who is told: as the API gives it. */
let server: ApiServer;
test.before(async () => {
	server = await startApiServer();
});
test.after(() => server.stop());

const get = async <T>(path: string) => {
	const response = await server.ask('GET', path, { token: server.tokens.technician });
	return { status: response.status, body: (await response.json()) as T, headers: response.headers };
};

test('the history is told from any time on, and its last reading in the metrics', async () => {
	await server.show.health.read();
	const first = await get<SystemHistory>('/api/system/history');
	assert.is(first.body.times.length, 1);
	const cpu = first.body.series.find(({ group, name }) => group === 'cpu' && name === 'all cores')!;
	assert.is(cpu.limit, 90);
	await server.show.health.read();
	const next = await get<SystemHistory>(`/api/system/history?since=${first.body.times[0]}`);
	assert.ok(next.body.times.every((at) => at > first.body.times[0]!));
	assert.is((await get('/api/system/history?since=yesterday')).status, 400);
	const metrics = await (await server.ask('GET', '/metrics', { token: server.tokens.operator })).text();
	assert.match(metrics, /^r58_machine_cpu\{name="all cores"\} \d/m);
	assert.match(metrics, /^r58_machine_disk_free\{name="left"\} \d/m);
	assert.match(metrics, /^r58_alerts_dropped 0$/m);
});

test('the log is searched and downloaded; a wrong filter names its field', async () => {
	server.log.warn({ host: 'source hdmi3' }, 'a word nobody else says');
	const { body } = await get<LogPage>('/api/logs?level=warn&text=NOBODY');
	assert.equal(
		body.lines.map(({ component, message }) => [component, message]),
		[['source hdmi3', 'a word nobody else says']],
	);
	assert.equal((await get<LogPage>(`/api/logs?since=${body.next}`)).body.lines, []);
	const file = await server.ask('GET', '/api/logs/file?component=source%20hdmi3', { token: server.tokens.technician });
	assert.match(file.headers.get('content-disposition')!, /attachment; filename="r58-log-.*\.txt"/);
	assert.match(await file.text(), /^\S+Z {2}WARN {2}source hdmi3 {2}a word nobody else says\n$/);
	const wrong = await get<{ error: { message: string } }>('/api/logs?level=loud');
	assert.is(wrong.status, 400);
	assert.match(wrong.body.error.message, /level/);
});

test('a webhook is set, tested and counted; its address is told without the path', async () => {
	const refused = await server.ask('POST', '/api/alerts/test', { token: server.tokens.technician });
	assert.is(refused.status, 409);
	const taken: string[] = [];
	const receiver = createServer((request, response) => {
		taken.push(`${request.method} ${request.url}`);
		response.end();
	});
	await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
	const host = `127.0.0.1:${(receiver.address() as AddressInfo).port}`;
	try {
		const json = { alerts: { webhook: `http://${host}/hook-path-1234`, secret: 'between two lamps' } };
		const patched = await server.ask('PATCH', '/api/settings', { token: server.tokens.technician, json });
		const { alerts } = (await patched.json()) as { alerts: { secret: unknown } };
		assert.is(alerts.secret, true);
		const tested = await server.ask('POST', '/api/alerts/test', { token: server.tokens.technician });
		assert.is(((await tested.json()) as AlertTest).delivered, true);
		assert.equal(taken, ['POST /hook-path-1234']);
		assert.is((await get<AlertStatus>('/api/alerts')).body.to, host);
	} finally {
		receiver.closeAllConnections();
		receiver.close();
	}
});

test.run();
