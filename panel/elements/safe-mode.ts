import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { atLeast } from '../../service/contract/roles.js';
import type { Session } from '../../service/contract/sessions.js';
import type { State } from '../../service/contract/state.js';
import { asSentence } from '../data/refusal.js';
import type { Requests } from '../data/requests.js';
import { base } from './styles.js';

/** Says that the inputs are off and why, and lets a technician start them. Nothing while all is as usual. */
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
		const reason = this.state.faults.find(({ code }) => code === 'safe-mode')?.message;
		const technician = this.session !== null && atLeast(this.session.role, 'technician');
		return html`<section role="alert" data-testid="safe-mode">
			<div>
				<b>⚠ Safe mode</b>
				<p>${reason ? asSentence(reason) : ''} Unplug the input that was added last, then leave safe mode.</p>
				${technician ? nothing : html`<p>Only a technician can do that: log out and log in with the technician's token.</p>`}
			</div>
			${
				technician
					? html`<button class="primary" data-testid="leave-safe-mode" ?disabled=${this.busy} @click=${this.#leave}>
						${this.busy ? 'Starting the inputs…' : 'Leave safe mode'}
					</button>`
					: nothing
			}
		</section>`;
	}

	async #leave(): Promise<void> {
		const title = 'Leave safe mode?';
		const text =
			'All inputs start now. If one of them takes the studio down again, it comes back by itself: after three such crashes in safe mode.';
		if (!(await this.requests.ask({ title, text, action: 'Leave safe mode' }))) return;
		this.busy = true;
		await this.requests.send('POST', '/api/system/safe-mode', { leave: true });
		this.busy = false;
	}
}
