import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { pages } from '../../service/contract/pages.js';
import { common } from '../texts/common.js';
import { t } from '../texts/texts.js';
import { base } from './styles.js';
import './language-switch.js';
import './theme-switch.js';

/** The linked pages in order; the docs, which are not a page of the panel, come last. */
export function linkedPages(): { path: string; label: string }[] {
	const linked = pages.flatMap((page) => ('linked' in page ? [{ path: page.path, label: common.pages[page.name] }] : []));
	return [...linked, { path: '/docs', label: common.help }];
}

/** Page title and navigation; slotted content goes beside the title. */
@customElement('r58-page-head')
export class PageHead extends LitElement {
	static override styles = [
		base,
		css`
			:host { display: grid; gap: 10px; grid-template-columns: minmax(0, 1fr); }
			header { display: flex; flex-wrap: wrap; align-items: center; gap: 4px 12px; }
			h1 { font-size: 1.25rem; }
			.space { flex: 1; }
			.account { border-color: transparent; background: none; padding: 0; color: var(--text); }
			nav { display: flex; overflow-x: auto; scrollbar-width: none; }
			nav .button { flex: none; padding: 0 10px; border: 0; border-radius: 0; background: none; font-weight: 500; }
			nav .button:hover { background: var(--raised); }
			nav [aria-current] { font-weight: 700; box-shadow: inset 0 -3px 0 var(--accent); }
			nav .button:focus-visible { outline-offset: -3px; }
			/* The links do not fit beside the title: give them their own row. */
			@media (max-width: 959px) {
				.space { display: none; }
				.account { margin-left: auto; }
				nav { order: 9; width: 100%; justify-content: space-between; border-bottom: 1px solid var(--line); }
			}
			@media (max-width: 699px) {
				header { gap: 4px 8px; }
				h1 { font-size: 1rem; }
				nav .button { padding: 0 6px; font-size: 0.9rem; }
			}
		`,
	];
	@property() heading = '';
	/** What to say while the link is lost; null while it is up. */
	@property({ attribute: false }) offline: string | null = null;

	/** On a phone the row of links is wider than the screen. */
	override firstUpdated(): void {
		this.renderRoot.querySelector('[aria-current]')?.scrollIntoView({ inline: 'center', block: 'nearest' });
	}

	override render() {
		return html`
			<header>
				<h1>${this.heading}</h1>
				<slot></slot>
				<span class="space"></span>
				<nav aria-label=${t.words.pages}>
					${linkedPages().map(
						({ path, label }) =>
							html`<a class="button" href=${path} aria-current=${location.pathname === path ? 'page' : nothing}>${label}</a>`,
					)}
				</nav>
				<a class="button plain account" href="/account" aria-label=${common.pages.account} title=${common.pages.account} data-testid="account-link"><span aria-hidden="true">☺</span></a>
				<r58-language-switch></r58-language-switch>
				<r58-theme-switch></r58-theme-switch>
			</header>
			${this.offline === null ? nothing : html`<p class="callout" role="alert"><b>${t.words.offline}</b> ${this.offline}</p>`}
		`;
	}
}
