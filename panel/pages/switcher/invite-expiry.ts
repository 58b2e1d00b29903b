import { html } from 'lit';

/** How long a link may be opened; once opened it holds its seat for a day. */
const choices: [seconds: number, words: string][] = [
	[3600, '1 hour'],
	[86_400, '1 day'],
	[7 * 86_400, '7 days'],
	[30 * 86_400, '30 days'],
];
const usual = 7 * 86_400;

export function expirySelect(testId: string) {
	return html`<select name="expiry" data-testid=${testId} aria-label="How long the link can be opened">
		${choices.map(([seconds, words]) => html`<option value=${seconds} ?selected=${seconds === usual}>${words}</option>`)}
	</select>`;
}

export function chosenExpiry(form: HTMLFormElement): number {
	return Number(new FormData(form).get('expiry') ?? usual);
}
