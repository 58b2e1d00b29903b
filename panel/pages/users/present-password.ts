import { html } from 'lit';
import { t } from '../../texts/texts.js';

/** Asked for before accounts are changed: whoever finds a logged-in browser, or steals its session, does not know it. */
export function presentPassword() {
	return html`<label>${t.users.accounts.own}
		<input
			name="presentPassword" type="password" data-testid="present-password" maxlength="256" required
			autocomplete="current-password"
		/>
		<span class="hint">${t.users.accounts.ownHint}</span>
	</label>`;
}
