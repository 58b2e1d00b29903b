import { html, nothing } from 'lit';

/** What is wrong with one field, under it. */
export function fieldError(message: string | undefined, testId: string) {
	return message === undefined ? nothing : html`<span class="callout" role="alert" data-testid=${testId}>${message}</span>`;
}
