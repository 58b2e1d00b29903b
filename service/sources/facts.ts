import type { SourceKindName } from '../contract/sourceKinds.js';
import type { Source, SourceOf } from '../contract/sources.js';
import { hdmiFacts } from './kinds/hdmi.js';
import { rtpFacts } from './kinds/rtp.js';
import type { KindFacts } from './kinds.js';

const plain: KindFacts = { advice: 'See the faults on the System page' };

const facts: { [Kind in SourceKindName]: KindFacts<SourceOf<Kind>> } = {
	test: plain,
	hdmi: hdmiFacts,
	guest: plain,
	desktop: plain,
	media: plain,
	rtp: rtpFacts,
	black: plain,
};

/** What helps when nothing comes from a source. */
export function adviceFor({ kind }: Pick<Source, 'kind'>): string {
	return facts[kind].advice;
}

/** UDP ports that the firewall opens for the senders of a source. */
export function openPortsOf(source: Source): number[] {
	return (facts[source.kind] as KindFacts).openPorts?.(source) ?? [];
}
