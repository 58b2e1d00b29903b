import { html, LitElement } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { base } from './styles.js';

type Theme = 'auto' | 'light' | 'dark';
const key = 'r58.theme';
const next: Record<Theme, Theme> = { auto: 'dark', dark: 'light', light: 'auto' };
const words: Record<Theme, string> = { auto: 'as the system', dark: 'dark', light: 'light' };
const signs: Record<Theme, string> = { auto: '◐', dark: '☾', light: '☀' };

function stored(): Theme {
	const value = localStorage.getItem(key);
	return value === 'light' || value === 'dark' ? value : 'auto';
}

/** Called first thing, before an element shows. */
export function applyTheme(theme: Theme = stored()): void {
	if (theme === 'auto') delete document.documentElement.dataset.theme;
	else document.documentElement.dataset.theme = theme;
}

/** Light, dark or as the system says; remembered in this browser. */
@customElement('r58-theme-switch')
export class ThemeSwitch extends LitElement {
	static override styles = base;
	/** In another language than the panel's. */
	@property({ attribute: false }) labels: Record<Theme, string> | null = null;
	@state() private theme = stored();

	override render() {
		const label = this.labels?.[this.theme] ?? `Colours: ${words[this.theme]}. Switch to ${words[next[this.theme]]}.`;
		return html`<button class="plain" data-testid="theme-button" aria-label=${label} title=${label} @click=${this.#switch}>
			<span aria-hidden="true">${signs[this.theme]}</span>
		</button>`;
	}

	#switch(): void {
		this.theme = next[this.theme];
		localStorage.setItem(key, this.theme);
		applyTheme(this.theme);
	}
}
