import { html, LitElement, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { Reach } from '../../service/api/schema.js';
import { request } from '../api/http.js';
import { base } from '../common/styles.js';

/** Tells a guest before joining when the page came by a way that carries no media, and what helps. */
@customElement('r58-reach-notice')
export class ReachNotice extends LitElement {
	static override styles = [base];
	@property({ attribute: false }) token: string | null = null;
	@state() private reach: Reach | null = null;

	override connectedCallback(): void {
		super.connectedCallback();
		void this.#ask();
	}

	override render() {
		const { via, media, lanUrls } = this.reach ?? {};
		if (via !== 'public' || media === 'yes') return nothing;
		const here = lanUrls?.map((url) => html`<li><a href="${url}/guest_join${location.hash}">${url}</a></li>`) ?? [];
		return html`<div class="problem" role="alert" data-testid="reach-notice" data-media=${media}>
			<b>${media === 'no' ? 'Picture and sound cannot reach the studio from here' : 'Picture and sound may not reach the studio from here'}</b>
			<p>
				This page came over the internet by a way that carries pages only.
				${media === 'no' ? 'Ask the studio to set up a TURN server, or a forwarded port range, on the Network page; then load this page again.' : 'It depends on your network. If it does not connect, ask the studio to set up a TURN server on its Network page.'}
			</p>
			${here.length > 0 ? html`<p>If you are in the same house as the studio, open it there:</p><ul>${here}</ul>` : nothing}
		</div>`;
	}

	/** Without an answer there is nothing to warn of. */
	async #ask(): Promise<void> {
		this.reach = await request<Reach>('GET', '/api/reach', { token: this.token }).catch(() => null);
	}
}
