import { html } from 'lit';
import { t } from '../../texts/texts.js';

/** How long the invite can be opened; once opened it holds its seat for a day. */
const choices = { hour: 3600, day: 86_400, week: 7 * 86_400, month: 30 * 86_400 } as const;
const usual = choices.week;

export function expirySelect(testId: string) {
	return html`<select name="expiry" data-testid=${testId} aria-label=${t.switcher.invites.expiry}>
		${(Object.keys(choices) as (keyof typeof choices)[]).map(
			(name) => html`<option value=${choices[name]} ?selected=${choices[name] === usual}>${t.words.durations[name]}</option>`,
		)}
	</select>`;
}

export function chosenExpiry(form: HTMLFormElement): number {
	return Number(new FormData(form).get('expiry') ?? usual);
}
