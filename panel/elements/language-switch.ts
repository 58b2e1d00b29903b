import { css, html, LitElement } from 'lit';
import { customElement } from 'lit/decorators.js';
import { chooseLanguage } from '../texts/choose.js';
import { common } from '../texts/common.js';
import { type LanguageId, language, languages } from '../texts/language.js';
import { Spoken } from './spoken.js';
import { base } from './styles.js';

/** Language of the panel; remembered in this browser. */
@customElement('r58-language-switch')
export class LanguageSwitch extends LitElement {
	static override styles = [
		base,
		css`
			:host { flex: none; }
			select { width: auto; padding: 0 4px; border-color: transparent; background: none; }
			select:hover { background: var(--raised); }
			option { background: var(--bg); }
		`,
	];

	constructor() {
		super();
		new Spoken(this);
	}

	override render() {
		const choose = (event: Event) => chooseLanguage((event.target as HTMLSelectElement).value as LanguageId);
		return html`<select data-testid="language-select" aria-label=${common.language} title=${common.language} @change=${choose}>
			${Object.entries(languages).map(
				([id, { name }]) => html`<option value=${id} lang=${id} ?selected=${id === language}>${name}</option>`,
			)}
		</select>`;
	}
}
