import { html, nothing, type TemplateResult } from 'lit';
import type { SourceKindName } from '../../service/contract/sourceKinds.js';
import type { Source, SourceOf, SourcePatch } from '../../service/contract/sources.js';
import { t } from '../texts/texts.js';
import { picture } from './format.js';
import { choiceOf, codecWords, rtpFields, rtpOf } from './rtp-fields.js';
import { senderHost, senderLine } from './sender-line.js';
import './copy-field.js';

/** Form fields that only one kind of source has. */
export interface OwnFields {
	render(): TemplateResult;
	/** Throws a sentence for the user if the values are invalid. */
	patch(): SourcePatch;
}

/** What the panel shows of one kind of source, beyond what it shows of all. */
interface KindView<Own extends Source = Source> {
	/** Instead of “No signal”. */
	absent(): string;
	/** What is known about the incoming streams. */
	figures(source: Own): (string | false | null)[];
	/** The delay can adapt to the connection. */
	followsLine: boolean;
	/** Users can create and remove it. */
	removable: boolean;
	/** No signal is not a fault: it waits for its sender. */
	waits: boolean;
	/** Call `changed` when the fields need rendering again. */
	ownFields?(source: Own, sources: Record<string, Source>, changed: () => void): OwnFields;
	/** How to send to it. */
	sending?(source: Own, open: boolean): TemplateResult;
}

const plain: KindView = {
	absent: () => t.words.states['no-signal'],
	figures: ({ video, state }) => [video && state === 'live' && picture(video)],
	followsLine: false,
	removable: false,
	waits: false,
};

const rtp: KindView<SourceOf<'rtp'>> = {
	absent: () => t.inputs.waitingForPackets,
	figures: ({ rtp: { video, audio, listen } }) => [
		video && t.inputs.videoAt(codecWords[video.codec], video.port),
		audio && t.inputs.audioAt(audio.port),
		listen === 'all' ? t.inputs.openToNetwork : t.inputs.fromStudio,
	],
	followsLine: true,
	removable: true,
	waits: true,
	ownFields(source, sources, changed) {
		let choice = choiceOf(source.rtp, sources);
		return {
			render: () =>
				rtpFields(choice, (next) => {
					choice = next;
					changed();
				}),
			patch: () => ({ rtp: rtpOf(choice) }),
		};
	},
	sending({ rtp }, open) {
		const words = t.inputs.sendHint;
		const host = senderHost(rtp.listen, location.hostname);
		return html`<details ?open=${open}>
			<summary>${t.inputs.howToSend}</summary>
			<div class="send">
				<p class="small dim">
					${words.before}<code>videotestsrc</code>${words.after}
					${rtp.listen === 'loopback' ? words.loopback : host === '127.0.0.1' ? words.address : nothing}
				</p>
				<r58-copy-field label=${t.inputs.command} .value=${senderLine(rtp, host)}></r58-copy-field>
			</div>
		</details>`;
	},
};

const views: { [Kind in SourceKindName]: KindView<SourceOf<Kind>> } = {
	test: plain,
	hdmi: plain,
	guest: { ...plain, absent: () => t.inputs.notHere, followsLine: true },
	desktop: plain,
	media: plain,
	rtp,
	black: plain,
};

export function viewOf({ kind }: Source): KindView {
	return views[kind] as KindView;
}
