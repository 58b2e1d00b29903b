import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { Fault } from '../../../service/contract/faults.js';
import type { Source } from '../../../service/contract/sources.js';
import type { System } from '../../../service/contract/system.js';
import { dark, type Lamps } from '../../../service/contract/tally.js';
import type { Multiview } from '../../data/multiview.js';
import { decibels } from '../../elements/format.js';
import { viewOf } from '../../elements/source-kinds.js';
import { badgeStyles, base, disclosureStyles } from '../../elements/styles.js';
import { tallyStyles } from '../../elements/tally-styles.js';
import { t } from '../../texts/texts.js';
import '../../elements/fault-list.js';
import '../../elements/meter.js';
import '../../elements/picture.js';

/** One source: kind, state and actions. Events `settings` and `remove`. */
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
	/** Pictures are arriving. */
	@property({ type: Boolean }) live = false;
	/** Just added: open the section on how to send to it. */
	@property({ type: Boolean }) fresh = false;

	override render() {
		const { source, tally } = this;
		const view = viewOf(source);
		const word = source.state === 'no-signal' ? view.absent() : t.words.states[source.state];
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
						view.removable
							? html`<button
								data-testid="remove-${source.id}" aria-label=${t.words.removeOf(source.label)}
								@click=${() => this.dispatchEvent(new Event('remove'))}
							>${t.words.remove}</button>`
							: nothing
					}
				</div>
			</div>
			${this.#faults(source)}
			${view.sending?.(source, this.fresh) ?? nothing}
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

	#faults(source: Source) {
		const { state, lastError } = source;
		if (this.faults.length > 0) return html`<r58-fault-list unnamed .faults=${this.faults}></r58-fault-list>`;
		if (lastError && (state === 'fault' || (state === 'no-signal' && !viewOf(source).waits)))
			return html`<p class="callout">${lastError}</p>`;
		return nothing;
	}
}

function figures(source: Source): string {
	const { audio, state } = source;
	const level = audio?.levelDb ?? null;
	return [
		...viewOf(source).figures(source),
		level === null || state !== 'live' ? null : level <= -60 ? t.inputs.silent : t.inputs.level(decibels(level)),
	]
		.filter(Boolean)
		.join(' · ');
}
