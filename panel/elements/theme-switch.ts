import { html, LitElement } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import { common } from '../texts/common.js';
import { Spoken } from './spoken.js';
import { base } from './styles.js';

type Theme = 'auto' | 'light' | 'dark';
const key = 'r58.theme';
const next: Record<Theme, Theme> = { auto: 'dark', dark: 'light', light: 'auto' };
const signs: Record<Theme, string> = { auto: '◐', dark: '☾', light: '☀' };

function stored(): Theme {
	const value = localStorage.getItem(key);
	return value === 'light' || value === 'dark' ? value : 'auto';
}

/** Called first, before any element renders. */
export function applyTheme(theme: Theme = stored()): void {
	if (theme === 'auto') delete document.documentElement.dataset.theme;
	else document.documentElement.dataset.theme = theme;
}

/** Light, dark or system default; remembered in this browser. */
@customElement('r58-theme-switch')
export class ThemeSwitch extends LitElement {
	static override styles = base;
	@state() private theme = stored();

	constructor() {
		super();
		new Spoken(this);
	}

	override render() {
		const label = common.colours[this.theme];
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
