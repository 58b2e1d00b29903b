/** What each role takes at 720p30 and at 1080p30: processor time and memory of every host of a show that is recorded, sent and watched. */
import type { Recording } from '../../service/contract/recordings.js';
import type { Target } from '../../service/contract/targets.js';
import { LightPeers } from '../tools/engine/lightPeers.js';
import { Receiver } from '../tools/engine/receiver.js';
import { TestService } from '../tools/service.js';
import { cpuPercents, memory, progress, report } from './measure.js';

const windowMs = 8000;

async function measure(canvas: string): Promise<void> {
	const service = await TestService.start({ canvas });
	const viewer = new LightPeers();
	const receiver = await Receiver.open();
	try {
		await service.onAir();
		await service.api('POST', '/api/cut', { scene: 'quad' });
		await service.api<Recording>('POST', '/api/recordings', {});
		await service.allowOwnTargets();
		const target = { kind: 'rtp', label: 'Receiver', host: '127.0.0.1', videoPort: receiver.port };
		await service.api<Target>('POST', '/api/targets', target);
		await viewer.add(async (offer) => {
			const headers = { 'content-type': 'application/sdp' };
			return (await service.api<string>('POST', '/whep/program', offer, { headers })).body;
		});
		progress(`${canvas}, ${windowMs / 1000} s`);
		const hosts = service.hosts();
		const percents = await cpuPercents(
			hosts.map(({ pid }) => pid),
			windowMs,
		);
		for (const [i, { pid, role, name }] of hosts.entries()) {
			const note = `${memory(pid).pss.toFixed(0)} MB proportional`;
			report({ what: `${canvas}, ${role} ${name}`, value: percents[i]!, unit: '% of a core', note });
		}
	} finally {
		viewer.stop();
		receiver.close();
		await service.stop();
	}
}

for (const canvas of ['1280x720p30', '1920x1080p30']) await measure(canvas);
