import * as assert from 'uvu/assert';
import type { State } from '../../service/contract/state.js';
import { LightPeers } from '../tools/engine/lightPeers.js';
import { TestService } from '../tools/service.js';
import { suite } from '../tools/suite.js';
import { until } from '../tools/wait.js';

const test = suite<{ service: TestService; peers: LightPeers }>('multiview');

test.before(async (context) => {
	context.service = await TestService.start({ canvas: '320x180p30' });
	await context.service.onAir();
	context.peers = new LightPeers();
});
test.after(async ({ service, peers }) => {
	peers?.stop();
	await service.stop();
});

test('it is drawn and encoded while somebody watches, also by a new process, and costs nothing otherwise', async ({
	service,
	peers,
}) => {
	const fps = ({ encoders }: State) => encoders.multiview!.measured?.fps ?? 0;
	/** Joins, sees pictures; what leaves again. */
	const watch = async (): Promise<() => Promise<void>> => {
		let location: string | null = null;
		const peer = await peers.add(async (offer) => {
			const headers = { 'content-type': 'application/sdp' };
			const answer = await service.api<string>('POST', '/whep/multiview', offer, { headers });
			assert.is(answer.status, 201, JSON.stringify(answer.body));
			location = answer.headers.get('location')!;
			return answer.body;
		});
		await until(async () => (await peers.received(peer)) > 10, { what: 'pictures of the multiview' });
		await service.waitState((state) => fps(state) > 0, 'the multiview to be encoded');
		return async () => {
			assert.is((await service.api('DELETE', location!)).status, 200);
			peers.close(peer);
		};
	};
	const idle = () => service.waitState((state) => fps(state) === 0, 'the multiview to rest');

	await idle();
	const leave = await watch();
	await leave();
	await idle();
	const { pid } = await service.host('streamer', 'multiview');
	process.kill(pid, 'SIGKILL');
	await service.host('streamer', 'multiview', { not: pid });
	await service.waitState(({ streamers }) => streamers.multiview!.state === 'live', 'the new process');
	await idle();
	await (await watch())();
});

test.run();
