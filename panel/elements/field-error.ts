import { html, nothing } from 'lit';

/** The error of one field, shown below it. */
export function fieldError(message: string | undefined, testId: string) {
	return message === undefined ? nothing : html`<span class="callout" role="alert" data-testid=${testId}>${message}</span>`;
}
