import { html, LitElement, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { Reach } from '../../../service/contract/network.js';
import { request } from '../../data/http.js';
import { base } from '../../elements/styles.js';
import type { Guest as Texts } from '../../texts/en/guest.js';

/** Warns a guest before joining if the page came over a route that carries no media, and says what helps. */
@customElement('r58-reach-notice')
export class ReachNotice extends LitElement {
	static override styles = [base];
	@property({ attribute: false }) texts!: Texts;
	@property({ attribute: false }) token: string | null = null;
	@state() private reach: Reach | null = null;

	override connectedCallback(): void {
		super.connectedCallback();
		void this.#ask();
	}

	override render() {
		const { reach } = this.texts;
		const { via, media, lanUrls } = this.reach ?? {};
		if (via !== 'public' || media === 'yes') return nothing;
		const here = lanUrls?.map((url) => html`<li><a href="${url}/guest_join${location.hash}">${url}</a></li>`) ?? [];
		return html`<div class="callout" role="alert" data-testid="reach-notice" data-media=${media}>
			<b>${media === 'no' ? reach.cannot : reach.maybe}</b>
			<p>${reach.pagesOnly} ${media === 'no' ? reach.remedy : reach.depends}</p>
			${here.length > 0 ? html`<p>${reach.here}</p><ul>${here}</ul>` : nothing}
		</div>`;
	}

	/** Without an answer there is nothing to warn about. */
	async #ask(): Promise<void> {
		this.reach = await request<Reach>('GET', '/api/reach', { token: this.token }).catch(() => null);
	}
}
