import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { Fault } from '../../../service/contract/faults.js';
import type { Target } from '../../../service/contract/targets.js';
import { asSentence } from '../../data/refusal.js';
import { bitrate, bytes } from '../../elements/format.js';
import { badgeStyles, base, disclosureStyles } from '../../elements/styles.js';
import { receiverLine } from './receiver-line.js';
import '../../elements/copy-field.js';
import '../../elements/fault-list.js';

const stateWords: Record<Target['state'], string> = { off: 'Stopped', starting: 'Starting…', live: 'Sending', fault: 'Fault' };

/** One place the program is sent to. Events `switch`, `settings` and `remove`. */
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
		const { id, label, host, videoPort, audioPort, state, enabled } = this.target;
		const streams = [videoPort !== null && `H.264 to UDP ${videoPort}`, audioPort !== null && `Opus to UDP ${audioPort}`];
		return html`
			<div class="row">
				<div class="what">
					<div class="title">
						<b>${label}</b>
						<span class="badge" role="status" data-testid="state-${id}" data-state=${state}>${stateWords[state]}</span>
					</div>
					<p class="small">${[host, ...streams].filter(Boolean).join(' · ')}</p>
					<p class="small dim" data-testid="counters-${id}">${this.#counters(this.target)}</p>
				</div>
				<div class="actions">
					<button
						class=${enabled ? '' : 'primary'} data-testid="switch-${id}" aria-label="${enabled ? 'Stop' : 'Start'} ${label}"
						@click=${() => this.#emit('switch')}
					>${enabled ? 'Stop' : 'Start'}</button>
					<button data-testid="edit-${id}" aria-label="Settings of ${label}" @click=${() => this.#emit('settings')}>Settings</button>
					<button data-testid="remove-${id}" aria-label="Remove ${label}" @click=${() => this.#emit('remove')}>Remove</button>
				</div>
			</div>
			${this.#problems(this.target)}
			<details>
				<summary>How to receive it</summary>
				<div class="receive">
					<p class="small dim">On the receiver; this shows the picture and plays the sound.</p>
					<r58-copy-field label="Command that receives this target" .value=${receiverLine(this.target)}></r58-copy-field>
				</div>
			</details>
		`;
	}

	/** What left the studio: nobody says whether it arrived. */
	#counters({ state, kbps, packets, bytes: sent }: Target): string {
		if (state === 'off') return 'Nothing is sent.';
		const rate = kbps === null ? null : bitrate(kbps);
		return [rate, `${packets.toLocaleString()} packets`, `${bytes(sent)} sent`].filter(Boolean).join(' · ');
	}

	#problems({ state, lastError }: Target) {
		if (this.faults.length > 0) return html`<r58-fault-list unnamed .faults=${this.faults}></r58-fault-list>`;
		return state === 'fault' && lastError ? html`<p class="problem">${asSentence(lastError)}</p>` : nothing;
	}

	#emit(name: 'switch' | 'settings' | 'remove'): void {
		this.dispatchEvent(new Event(name));
	}
}
