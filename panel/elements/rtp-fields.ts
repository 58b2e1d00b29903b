import { html, type TemplateResult } from 'lit';
import type { RtpInput, Source, SourceOf } from '../../service/contract/sources.js';
import { t } from '../texts/texts.js';

type Codec = NonNullable<RtpInput['video']>['codec'];

/** Contents of the fields: a port stays while its stream is switched off. */
export interface RtpChoice {
	codec: Codec | '';
	videoPort: number;
	sound: boolean;
	audioPort: number;
	listen: RtpInput['listen'];
}

export const codecWords: Record<Codec, string> = { h264: 'H.264', vp8: 'VP8' };

/** RTP uses even ports (RFC 3550 §11), starting at 5004. */
const firstPort = 5004;

export function rtpSources(sources: Record<string, Source>): SourceOf<'rtp'>[] {
	return Object.values(sources).filter((source) => source.kind === 'rtp');
}

/** Both streams, on the first free ports. */
export function newChoice(sources: Record<string, Source>): RtpChoice {
	const taken = new Set(rtpSources(sources).flatMap(({ rtp: { video, audio } }) => [video?.port, audio?.port]));
	const free: number[] = [];
	for (let port = firstPort; free.length < 2; port += 2) if (!taken.has(port)) free.push(port);
	return { codec: 'h264', videoPort: free[0]!, sound: true, audioPort: free[1]!, listen: 'loopback' };
}

export function choiceOf({ video, audio, listen }: RtpInput, sources: Record<string, Source>): RtpChoice {
	const { videoPort, audioPort } = newChoice(sources);
	return {
		codec: video?.codec ?? '',
		videoPort: video?.port ?? videoPort,
		sound: audio !== null,
		audioPort: audio?.port ?? audioPort,
		listen,
	};
}

/** Throws a sentence for the user if the values are invalid. */
export function rtpOf({ codec, videoPort, sound, audioPort, listen }: RtpChoice): RtpInput {
	if (codec === '' && !sound) throw new Error(t.elements.rtp.streams);
	if (codec !== '' && sound && videoPort === audioPort) throw new Error(t.words.differentPorts);
	return {
		video: codec === '' ? null : { port: videoPort, codec },
		audio: sound ? { port: audioPort } : null,
		listen,
	};
}

export function rtpFields(choice: RtpChoice, change: (choice: RtpChoice) => void): TemplateResult {
	const set = (patch: Partial<RtpChoice>) => change({ ...choice, ...patch });
	const value = (event: Event) => (event.target as HTMLInputElement | HTMLSelectElement).value;
	const port = (testid: string, label: string, on: boolean, field: 'videoPort' | 'audioPort') => html`<label>${t.words.udpPort}
		<input
			type="number" aria-label=${t.words.udpPortOf(label)} inputmode="numeric" data-testid=${testid} min="1024" max="65535" step="1" required ?disabled=${!on}
			.value=${String(choice[field])} @input=${(event: Event) => set({ [field]: Number(value(event)) })}
		/>
	</label>`;
	return html`
		<div class="row">
			<label>${t.words.picture}
				<select data-testid="rtp-codec" @change=${(event: Event) => set({ codec: value(event) as RtpChoice['codec'] })}>
					${Object.entries({ ...codecWords, '': t.elements.rtp.none }).map(
						([codec, words]) => html`<option value=${codec} .selected=${codec === choice.codec}>${words}</option>`,
					)}
				</select>
			</label>
			${port('rtp-video-port', t.words.picture, choice.codec !== '', 'videoPort')}
			<label>${t.words.sound}
				<select data-testid="rtp-sound" @change=${(event: Event) => set({ sound: value(event) === 'opus' })}>
					<option value="opus" .selected=${choice.sound}>Opus</option>
					<option value="" .selected=${!choice.sound}>${t.elements.rtp.none}</option>
				</select>
			</label>
			${port('rtp-audio-port', t.words.sound, choice.sound, 'audioPort')}
		</div>
		<label>${t.elements.rtp.listen}
			<select data-testid="rtp-listen" @change=${(event: Event) => set({ listen: value(event) as RtpChoice['listen'] })}>
				${Object.entries(t.elements.rtp.listens).map(
					([listen, words]) => html`<option value=${listen} .selected=${listen === choice.listen}>${words}</option>`,
				)}
			</select>
			<span class="hint">${t.elements.rtp.hint}</span>
		</label>
	`;
}
