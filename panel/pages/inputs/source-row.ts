import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { Fault } from '../../../service/contract/faults.js';
import type { RtpInput, Source } from '../../../service/contract/sources.js';
import type { System } from '../../../service/contract/system.js';
import { dark, type Lamps } from '../../../service/contract/tally.js';
import type { Multiview } from '../../data/multiview.js';
import { decibels, picture } from '../../elements/format.js';
import { codecWords } from '../../elements/rtp-fields.js';
import { badgeStyles, base, disclosureStyles } from '../../elements/styles.js';
import { tallyStyles } from '../../elements/tally-styles.js';
import { t } from '../../texts/texts.js';
import { senderHost, senderLine } from './sender-line.js';
import '../../elements/copy-field.js';
import '../../elements/fault-list.js';
import '../../elements/meter.js';
import '../../elements/picture.js';

/** No signal, in the words of what does not come. */
function absent(kind: Source['kind']): string {
	if (kind === 'rtp') return t.inputs.waitingForPackets;
	return kind === 'guest' ? t.inputs.notHere : t.words.states['no-signal'];
}

/** One source: what it is, how it is, and what can be done about it. Events `settings` and `remove`. */
@customElement('r58-source-row')
export class SourceRow extends LitElement {
	static override styles = [
		base,
		badgeStyles,
		disclosureStyles,
		tallyStyles,
		css`
			:host { display: grid; grid-template-columns: minmax(0, 1fr); gap: 10px; }
			.row { display: grid; grid-template-columns: 176px minmax(0, 1fr) auto; gap: 12px; align-items: start; }
			.picture { position: relative; overflow: hidden; border-radius: 6px; }
			.what { display: grid; gap: 4px; min-width: 0; }
			.title { display: flex; flex-wrap: wrap; align-items: center; gap: 4px 10px; }
			.title b { font-size: 1.05rem; overflow-wrap: anywhere; }
			.colour { flex: none; width: 12px; height: 12px; border-radius: 50%; border: 1px solid var(--line); }
			.actions { display: flex; flex-wrap: wrap; gap: 8px; }
			r58-meter { max-width: 320px; }
			.send { display: grid; grid-template-columns: minmax(0, 1fr); gap: 8px; }
			@media (max-width: 699px) {
				.row { grid-template-columns: 112px minmax(0, 1fr); }
				.actions { grid-column: 1 / -1; }
				.actions button { flex: 1; }
			}
		`,
	];
	@property({ attribute: false }) source!: Source;
	@property({ attribute: false }) sources: Record<string, Source> = {};
	@property({ attribute: false }) soundCards: System['soundCards'] = [];
	@property({ attribute: false }) faults: Fault[] = [];
	@property({ attribute: false }) multiview!: Multiview;
	@property({ attribute: false }) levels: EventTarget | null = null;
	@property({ attribute: false }) tally: Lamps = dark;
	/** Pictures come in. */
	@property({ type: Boolean }) live = false;
	/** It was added a moment ago: how to send to it is in view. */
	@property({ type: Boolean }) fresh = false;

	override render() {
		const { source, tally } = this;
		const word = source.state === 'no-signal' ? absent(source.kind) : t.words.states[source.state];
		const known = figures(source);
		return html`
			<div class="row">
				<div class="picture bus ${tally.program ? 'program' : tally.preview ? 'preview' : ''}">
					<r58-picture .multiview=${this.multiview} tile=${source.id} ?live=${this.live && source.state === 'live'}></r58-picture>
					<span class="lamps">
						${tally.program ? html`<span class="lamp program">${t.switcher.pgm}</span>` : nothing}
						${tally.preview ? html`<span class="lamp preview">${t.switcher.pvw}</span>` : nothing}
					</span>
				</div>
				<div class="what">
					<div class="title">
						<span class="colour" .style=${`background:${source.colour}`}></span>
						<b>${source.label}</b>
						<span class="dim">${t.inputs.kinds[source.kind]}</span>
						<span class="badge" role="status" data-state=${source.state}>${word}</span>
					</div>
					${known ? html`<p class="small">${known}</p>` : nothing}
					<p class="small dim">${this.#settings(source)}</p>
					${source.audio || source.alsaDevice ? html`<r58-meter compact .source=${this.levels} strip=${source.id}></r58-meter>` : nothing}
				</div>
				<div class="actions">
					<button
						data-testid="edit-${source.id}" aria-label=${t.words.settingsOf(source.label)}
						@click=${() => this.dispatchEvent(new Event('settings'))}
					>${t.words.settings}</button>
					${
						source.kind === 'rtp'
							? html`<button
								data-testid="remove-${source.id}" aria-label=${t.words.removeOf(source.label)}
								@click=${() => this.dispatchEvent(new Event('remove'))}
							>${t.words.remove}</button>`
							: nothing
					}
				</div>
			</div>
			${this.#problems(source)}
			${source.rtp ? this.#send(source.rtp) : nothing}
		`;
	}

	#settings({ alsaDevice, delayMs, delayAuto, onLoss, backup }: Source): string {
		const card = this.soundCards.find(({ device }) => device === alsaDevice)?.label ?? alsaDevice;
		const loss =
			onLoss === 'backup' && backup !== null
				? (this.sources[backup]?.label ?? backup)
				: t.elements.source.losses[onLoss].toLowerCase();
		return [
			alsaDevice === null ? null : t.inputs.soundFrom(card ?? ''),
			(delayAuto ? t.inputs.delayAuto : t.inputs.delay)(Math.round(delayMs)),
			(onLoss === 'backup' ? t.inputs.whenLostInstead : t.inputs.whenLost)(loss),
		]
			.filter((part) => part !== null)
			.join(' · ');
	}

	#problems({ state, lastError, kind }: Source) {
		if (this.faults.length > 0) return html`<r58-fault-list unnamed .faults=${this.faults}></r58-fault-list>`;
		if (lastError && (state === 'fault' || (state === 'no-signal' && kind !== 'rtp')))
			return html`<p class="problem">${lastError}</p>`;
		return nothing;
	}

	#send(rtp: RtpInput) {
		const words = t.inputs.sendHint;
		const host = senderHost(rtp.listen, location.hostname);
		return html`<details ?open=${this.fresh}>
			<summary>${t.inputs.howToSend}</summary>
			<div class="send">
				<p class="small dim">
					${words.before}<code>videotestsrc</code>${words.after}
					${rtp.listen === 'loopback' ? words.loopback : host === '127.0.0.1' ? words.address : nothing}
				</p>
				<r58-copy-field label=${t.inputs.command} .value=${senderLine(rtp, host)}></r58-copy-field>
			</div>
		</details>`;
	}
}

function figures({ rtp, video, audio, state }: Source): string {
	const level = audio?.levelDb ?? null;
	const ports = [
		rtp?.video && t.inputs.videoAt(codecWords[rtp.video.codec], rtp.video.port),
		rtp?.audio && t.inputs.audioAt(rtp.audio.port),
	];
	return [
		...ports,
		rtp && (rtp.listen === 'all' ? t.inputs.openToNetwork : t.inputs.fromStudio),
		!rtp && video && state === 'live' && picture(video),
		level === null || state !== 'live' ? null : level <= -60 ? t.inputs.silent : t.inputs.level(decibels(level)),
	]
		.filter(Boolean)
		.join(' · ');
}
