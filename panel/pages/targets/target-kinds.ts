import { html, type TemplateResult } from 'lit';
import type { Target, TargetCreate, TargetOf } from '../../../service/contract/targets.js';
import { t } from '../../texts/texts.js';
import { receiverLine } from './receiver-line.js';

/** Form fields of one kind of target, apart from its name. */
export interface KindFields {
	render(): TemplateResult;
	/** Throws a sentence for the user if the values are invalid. */
	values(form: FormData): Omit<TargetCreate, 'label' | 'enabled'>;
}

/** What the panel shows of one kind of target, beyond what it shows of all. */
interface KindView<Own extends Target = Target> {
	/** Where it sends. */
	where(target: Own): string[];
	/** A command that plays on the receiver what is sent. */
	receiving(target: Own): string;
	/** `target`: null for a new one. Call `changed` when the fields need rendering again. */
	fields(target: Own | null, changed: () => void): KindFields;
}

type Stream = 'picture' | 'sound';

/** RTP: the receiver, and for each stream whether and to which port it is sent. */
class RtpFields implements KindFields {
	#sent: Record<Stream, boolean>;

	constructor(
		private readonly target: TargetOf<'rtp'> | null,
		private readonly changed: () => void,
	) {
		this.#sent = { picture: target === null || target.videoPort !== null, sound: target === null || target.audioPort !== null };
	}

	render(): TemplateResult {
		const { target } = this;
		return html`
			<label>${t.targets.host}
				<input
					name="host" data-testid="target-host" value=${target?.host ?? ''} placeholder=${t.targets.hostExample}
					maxlength="253" required autocomplete="off" autocapitalize="none" spellcheck="false"
				/>
			</label>
			<div class="row">
				${this.#stream('picture', t.words.picture, 'target-video-port', target?.videoPort ?? 5004)}
				${this.#stream('sound', t.words.sound, 'target-audio-port', target?.audioPort ?? 5006)}
			</div>
		`;
	}

	values(form: FormData) {
		// Form data leaves out disabled fields.
		const port = (stream: Stream) => (form.has(stream) ? Number(form.get(stream)) : null);
		const values = {
			kind: 'rtp' as const,
			host: String(form.get('host')).trim(),
			videoPort: port('picture'),
			audioPort: port('sound'),
		};
		if (values.videoPort === null && values.audioPort === null) throw new Error(t.targets.streamsNeeded);
		if (values.videoPort === values.audioPort) throw new Error(t.words.differentPorts);
		return values;
	}

	#stream(stream: Stream, word: string, testid: string, port: number) {
		const on = this.#sent[stream];
		const choose = (event: Event) => {
			this.#sent = { ...this.#sent, [stream]: (event.target as HTMLSelectElement).value === 'send' };
			this.changed();
		};
		return html`<label>${word}
				<select data-testid="target-${stream}" @change=${choose}>
					<option value="send" .selected=${on}>${t.targets.send}</option>
					<option value="" .selected=${!on}>${t.targets.doNotSend}</option>
				</select>
			</label>
			<label>${t.words.udpPort}
				<input
					name=${stream} type="number" aria-label=${t.words.udpPortOf(word)} inputmode="numeric" data-testid=${testid} min="1024" max="65535" step="1"
					value=${port} required ?disabled=${!on}
				/>
			</label>`;
	}
}

export const targetKinds: { [Kind in Target['kind']]: KindView<TargetOf<Kind>> } = {
	rtp: {
		where: ({ host, videoPort, audioPort }) => [
			host,
			...(videoPort === null ? [] : [t.targets.videoTo(videoPort)]),
			...(audioPort === null ? [] : [t.targets.audioTo(audioPort)]),
		],
		receiving: receiverLine,
		fields: (target, changed) => new RtpFields(target, changed),
	},
};
