import type { ElementEvent } from '../../../../pipelines/events.js';
import { rtpTarget } from '../../../../pipelines/rtpTarget.js';
import type { TargetOf, TargetPatch } from '../../../contract/targets.js';
import { StudioError } from '../../../util/errors.js';
import type { Sent, TargetKind } from '../../kinds.js';
import type { Receivers } from '../../receivers.js';
import { testReceiver } from './reach.js';

type RtpTarget = TargetOf<'rtp'>;

/** Plain RTP over UDP, picture and sound each to its own port. */
export class RtpTargets implements TargetKind<RtpTarget> {
	readonly kind = 'rtp';

	constructor(private readonly o: { instance: string; receivers: Receivers }) {}

	async check({ videoPort, audioPort }: Omit<RtpTarget, 'id'>, { host }: TargetPatch): Promise<void> {
		if (videoPort === null && audioPort === null)
			throw new StudioError('invalid', 'videoPort: needs videoPort, audioPort or both');
		if (videoPort === audioPort) throw new StudioError('invalid', 'audioPort: must differ from videoPort');
		if (host !== undefined) await this.o.receivers.check(host);
	}

	/** By address: given an unknown name, udpsink silently sends to nobody. */
	async launch({ host, videoPort, audioPort }: RtpTarget): Promise<string> {
		const { instance, receivers } = this.o;
		return rtpTarget({ instance, host: await receivers.addressOf(host), videoPort, audioPort });
	}

	sent({ factory, data }: ElementEvent): Sent | undefined {
		return factory === 'r58meter' ? { packets: data.buffers, bytes: data.bytes } : undefined;
	}

	test = testReceiver;
}
