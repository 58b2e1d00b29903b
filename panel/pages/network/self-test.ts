import { css, html, LitElement, nothing } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import type { NetworkTest, NetworkTestItem } from '../../../service/contract/network.js';
import { send, sentence } from '../../data/http.js';
import { base } from '../../elements/styles.js';
import { t } from '../../texts/texts.js';

/** It asks servers that may not answer, one after another. */
const timeoutMs = 30_000;

/** Tests every path and says what a guest outside will experience. */
@customElement('r58-network-test')
export class NetworkSelfTest extends LitElement {
	static override styles = [
		base,
		css`
			:host { display: grid; gap: 12px; grid-template-columns: minmax(0, 1fr); }
			li { display: grid; grid-template-columns: minmax(150px, 220px) minmax(0, 1fr); gap: 2px 16px; padding: 8px 0; border-top: 1px solid var(--line); }
			li p { overflow-wrap: anywhere; grid-column: 2; }
			.ok { color: var(--ok); }
			.fails { color: var(--warn); }
			.outside { font-weight: 650; }
			@media (max-width: 560px) { li { grid-template-columns: minmax(0, 1fr); } li p { grid-column: 1; } }
		`,
	];
	@state() private result: NetworkTest | null = null;
	@state() private error: string | null = null;
	@state() private running = false;

	override render() {
		return html`
			<div><button class="primary" data-testid="test-button" ?disabled=${this.running} @click=${this.#run}>
				${this.running ? t.network.test.busy : t.network.test.action}
			</button></div>
			<div role="status">
				${this.error ? html`<p class="callout">${this.error}</p>` : nothing}
				${this.result ? html`<p class="outside" data-testid="test-outside">${this.result.outside}</p>` : nothing}
			</div>
			${this.result ? html`<ul>${this.result.items.map((item) => this.#item(item))}</ul>` : nothing}
		`;
	}

	#item({ id, label, state, message, remedy }: NetworkTestItem) {
		return html`<li data-testid="test-${id}" data-state=${state}>
			<span><b>${label}</b><br /><span class=${state}>${t.network.test.states[state]}</span></span>
			<p>${message}${remedy ? html`<br /><span class="dim">${remedy}</span>` : nothing}</p>
		</li>`;
	}

	async #run(): Promise<void> {
		this.running = true;
		this.error = null;
		try {
			const response = await send('/api/network/test', { method: 'POST', signal: AbortSignal.timeout(timeoutMs) });
			this.result = (await response.json()) as NetworkTest;
		} catch (error) {
			this.error = sentence(error);
		} finally {
			this.running = false;
		}
	}
}
