import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { Check, CheckStatus } from '../../../service/contract/ready.js';
import { asSentence } from '../../data/refusal.js';
import { localTime } from '../../elements/format.js';
import { base } from '../../elements/styles.js';
import { t } from '../../texts/texts.js';

export const signs: Record<CheckStatus, string> = { ok: '✓', warn: '⚠', fail: '✕', off: '–' };

/** One check: status, finding, remedy. */
@customElement('r58-check-row')
export class CheckRow extends LitElement {
	static override styles = [
		base,
		css`
			:host { display: grid; grid-template-columns: 80px minmax(110px, 190px) minmax(0, 1fr); gap: 2px 12px; padding: 8px 12px; border-top: 1px solid var(--line); }
			.status { display: flex; gap: 6px; align-items: baseline; font-weight: 700; white-space: nowrap; }
			[data-status='ok'] { color: var(--ok); }
			[data-status='warn'] { color: var(--warn); }
			[data-status='fail'] { color: var(--bad); }
			[data-status='off'] { color: var(--dim); }
			.sign { width: 1em; text-align: center; }
			b, p { overflow-wrap: anywhere; }
			.what { display: grid; gap: 2px; }
			@media (max-width: 599px) {
				:host { grid-template-columns: 76px minmax(0, 1fr); padding: 8px 10px; }
				.what { grid-column: 2; }
			}
		`,
	];
	@property({ attribute: false }) check!: Check;

	override render() {
		const { status, subject, text, remedy, testedAt } = this.check;
		return html`<span class="status" data-status=${status}><span class="sign" aria-hidden="true">${signs[status]}</span>${t.ready.statuses[status]}</span>
			<b>${subject}</b>
			<div class="what">
				<p>${asSentence(text)}</p>
				${remedy === null || status === 'ok' ? nothing : html`<p class="small"><b>${t.words.whatToDo}</b> ${asSentence(remedy)}</p>`}
				${testedAt === null ? nothing : html`<p class="dim small">${t.ready.tested(localTime(testedAt))}</p>`}
			</div>`;
	}
}
