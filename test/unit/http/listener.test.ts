import { once } from 'node:events';
import { connect } from 'node:net';
import * as assert from 'uvu/assert';
import type { Clients } from '../../../service/http/client.js';
import { Gate } from '../../../service/http/gate.js';
import { createTunnelServer, listen } from '../../../service/http/listener.js';
import { createLog } from '../../../service/util/log.js';
import { suite } from '../../tools/suite.js';

const test = suite('listener');

test('a defect in what looks at requests first costs that request alone', async () => {
	const clients = {
		isProxy: () => false,
		receive: () => {
			throw new TypeError('of undefined');
		},
	} as unknown as Clients;
	const handle = () => assert.unreachable();
	const handlers = { handle, upgrade: handle, clients, gate: new Gate(() => null), log: createLog('silent') };
	const server = createTunnelServer(handlers);
	const port = await listen(server, 0, 'http');
	try {
		for (const more of ['', 'Connection: Upgrade\r\nUpgrade: websocket\r\n', '']) {
			const socket = connect(port, '127.0.0.1').setEncoding('utf8');
			let text = '';
			socket.on('data', (data) => {
				text += data;
			});
			socket.write(`GET / HTTP/1.1\r\nHost: localhost\r\n${more}\r\n`);
			await once(socket, 'close');
			assert.match(text, /^HTTP\/1\.1 500 .*"code":"internal"/s);
			assert.not.match(text, /of undefined/);
		}
	} finally {
		server.close();
	}
});

test.run();
