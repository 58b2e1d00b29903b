import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { atLeast } from '../../service/contract/roles.js';
import type { Session } from '../../service/contract/sessions.js';
import type { State } from '../../service/contract/state.js';
import { wordsOf } from '../data/faultText.js';
import { asSentence } from '../data/refusal.js';
import type { Requests } from '../data/requests.js';
import { t } from '../texts/texts.js';
import { base } from './styles.js';

/** Says that the inputs are off and why, and lets a technician start them. Empty when not in safe mode. */
@customElement('r58-safe-mode')
export class SafeMode extends LitElement {
	static override styles = [
		base,
		css`
			section {
				display: flex;
				flex-wrap: wrap;
				align-items: center;
				gap: 10px 20px;
				padding: 14px 16px;
				background: var(--warn-surface);
				border: 2px solid var(--warn);
				border-radius: var(--radius);
			}
			:host([flush]) section { border-width: 0 0 3px; border-radius: 0; }
			div { flex: 1 1 320px; display: grid; gap: 2px; }
			b { font-size: 1.05rem; }
		`,
	];
	@property({ attribute: false }) requests!: Requests;
	@property({ attribute: false }) state: State | null = null;
	@property({ attribute: false }) session: Session | null = null;
	@state() private busy = false;

	override render() {
		if (!this.state?.system.safeMode) return nothing;
		const fault = this.state.faults.find(({ code }) => code === 'safe-mode');
		const technician = this.session !== null && atLeast(this.session.role, 'technician');
		return html`<section role="alert" data-testid="safe-mode">
			<div>
				<b>⚠ ${t.elements.safeMode.title}</b>
				<p>${fault ? asSentence(wordsOf(fault).message) : ''} ${t.elements.safeMode.remedy}</p>
				${technician ? nothing : html`<p>${t.elements.safeMode.technician}</p>`}
			</div>
			${
				technician
					? html`<button class="primary" data-testid="leave-safe-mode" ?disabled=${this.busy} @click=${this.#leave}>
						${this.busy ? t.elements.safeMode.leaving : t.elements.safeMode.leave}
					</button>`
					: nothing
			}
		</section>`;
	}

	async #leave(): Promise<void> {
		const { ask: title, text, leave: action } = t.elements.safeMode;
		if (!(await this.requests.ask({ title, text, action }))) return;
		this.busy = true;
		await this.requests.send('POST', '/api/system/safe-mode', { leave: true });
		this.busy = false;
	}
}
