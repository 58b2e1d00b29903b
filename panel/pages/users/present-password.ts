import { html } from 'lit';

/** Asked before accounts are changed: whoever finds a browser logged in, or took its session, does not know it. */
export function presentPassword() {
	return html`<label>Your own password
		<input
			name="presentPassword" type="password" data-testid="present-password" maxlength="256" required
			autocomplete="current-password"
		/>
		<span class="hint">To be sure that it is you. Who was logged in by a token gives that token.</span>
	</label>`;
}
