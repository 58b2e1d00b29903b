import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { Fault } from '../../../service/contract/faults.js';
import type { Target } from '../../../service/contract/targets.js';
import { asSentence } from '../../data/refusal.js';
import { bitrate, bytes, number } from '../../elements/format.js';
import { badgeStyles, base, disclosureStyles } from '../../elements/styles.js';
import { t } from '../../texts/texts.js';
import { targetKinds } from './target-kinds.js';
import '../../elements/copy-field.js';
import '../../elements/fault-list.js';

/** One target. Events `switch`, `settings` and `remove`. */
@customElement('r58-target-row')
export class TargetRow extends LitElement {
	static override styles = [
		base,
		badgeStyles,
		disclosureStyles,
		css`
			:host { display: grid; grid-template-columns: minmax(0, 1fr); gap: 10px; }
			.row { display: flex; flex-wrap: wrap; gap: 10px 12px; align-items: start; }
			.what { flex: 1 1 300px; display: grid; gap: 4px; min-width: 0; overflow-wrap: anywhere; }
			.title { display: flex; flex-wrap: wrap; align-items: center; gap: 4px 10px; }
			.title b { font-size: 1.05rem; }
			.actions { display: flex; flex-wrap: wrap; gap: 8px; }
			.receive { display: grid; grid-template-columns: minmax(0, 1fr); gap: 8px; }
			@media (max-width: 599px) {
				.actions { width: 100%; }
				.actions button { flex: 1; }
			}
		`,
	];
	@property({ attribute: false }) target!: Target;
	@property({ attribute: false }) faults: Fault[] = [];

	override render() {
		const { id, kind, label, state, enabled } = this.target;
		return html`
			<div class="row">
				<div class="what">
					<div class="title">
						<b>${label}</b>
						<span class="badge" role="status" data-testid="state-${id}" data-state=${state}>${t.targets.states[state]}</span>
					</div>
					<p class="small">${targetKinds[kind].where(this.target).join(' · ')}</p>
					<p class="small dim" data-testid="counters-${id}">${this.#counters(this.target)}</p>
				</div>
				<div class="actions">
					<button
						class=${enabled ? '' : 'primary'} data-testid="switch-${id}" aria-label=${(enabled ? t.targets.stopOf : t.targets.startOf)(label)}
						@click=${() => this.#emit('switch')}
					>${enabled ? t.words.stop : t.words.start}</button>
					<button data-testid="edit-${id}" aria-label=${t.words.settingsOf(label)} @click=${() => this.#emit('settings')}>${t.words.settings}</button>
					<button data-testid="remove-${id}" aria-label=${t.words.removeOf(label)} @click=${() => this.#emit('remove')}>${t.words.remove}</button>
				</div>
			</div>
			${this.#faults(this.target)}
			<details>
				<summary>${t.targets.howToReceive}</summary>
				<div class="receive">
					<p class="small dim">${t.targets.receiveHint}</p>
					<r58-copy-field label=${t.targets.command} .value=${targetKinds[kind].receiving(this.target)}></r58-copy-field>
				</div>
			</details>
		`;
	}

	/** What was sent; RTP does not say whether it arrived. */
	#counters({ state, kbps, packets, bytes: sent }: Target): string {
		if (state === 'off') return t.targets.nothing;
		const rate = kbps === null ? null : bitrate(kbps);
		return [rate, t.targets.packets(number(packets)), t.targets.sent(bytes(sent))].filter(Boolean).join(' · ');
	}

	#faults({ state, lastError }: Target) {
		if (this.faults.length > 0) return html`<r58-fault-list unnamed .faults=${this.faults}></r58-fault-list>`;
		return state === 'fault' && lastError ? html`<p class="callout">${asSentence(lastError)}</p>` : nothing;
	}

	#emit(name: 'switch' | 'settings' | 'remove'): void {
		this.dispatchEvent(new Event(name));
	}
}
