import { html } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import type { Token } from '../../../service/contract/sessions.js';
import type { Streamer } from '../../../service/contract/streamers.js';
import { request } from '../../data/http.js';
import { FormDialog } from '../../elements/form-dialog.js';
import { t } from '../../texts/texts.js';

/** A new token, with its secret. */
export type MadeToken = Token & { token: string; watchUrl: string | null };

const expiries = { hour: 3600, day: 86_400, week: 7 * 86_400, month: 30 * 86_400, year: 365 * 86_400 } as const;

/** Creates a watch link or a token. Event `made` with it. */
@customElement('r58-token-dialog')
export class TokenDialog extends FormDialog {
	@state() private kind: 'viewer' | 'operator' = 'viewer';
	@state() private streamers: Streamer[] = [];
	protected readonly name = 'token';

	async show(kind: 'viewer' | 'operator'): Promise<void> {
		this.kind = kind;
		this.streamers = await request<Streamer[]>('GET', '/api/streamers').catch(() => []);
		return this.open();
	}

	protected heading(): string {
		return this.kind === 'viewer' ? t.users.tokens.makeLink : t.users.tokens.makeToken;
	}

	protected action(): string {
		return this.busy ? t.users.tokens.making : t.users.tokens.make;
	}

	protected fields() {
		const link = this.kind === 'viewer';
		const words = t.users.tokens;
		const shared = this.streamers.map(({ id }) => id).filter((id) => !id.startsWith('return-'));
		return html`
			<label>${words.purpose}
				<input name="label" data-testid="token-label" maxlength="80" required autocomplete="off" placeholder=${link ? words.linkExample : words.tokenExample} />
			</label>
			${
				link
					? html`<label>${words.shows}<select name="streamer" data-testid="token-streamer">
							${(shared.length > 0 ? shared : ['program']).map((id) => html`<option value=${id}>${id}</option>`)}
						</select></label>`
					: html`<label>${words.may}<select name="scope" data-testid="token-scope">
							${Object.entries(words.scopes).map(([scope, meaning]) => html`<option value=${scope}>${meaning}</option>`)}
						</select></label>`
			}
			<label>${words.expires}<select name="expiry" data-testid="token-expiry">
				${(Object.keys(expiries) as (keyof typeof expiries)[]).map(
					(name) => html`<option value=${expiries[name]} ?selected=${name === 'month'}>${t.words.durations[name]}</option>`,
				)}
			</select></label>
		`;
	}

	protected async save(values: FormData): Promise<void> {
		const scope = values.get('scope');
		const body = {
			label: String(values.get('label')).trim(),
			expiresInS: Number(values.get('expiry')),
			...(this.kind === 'viewer'
				? { role: 'viewer', streamers: [String(values.get('streamer'))] }
				: { role: scope === 'technician' ? 'technician' : 'operator', readOnly: scope === 'read' }),
		};
		const made = await request<MadeToken>('POST', '/api/tokens', { body });
		this.dispatchEvent(new CustomEvent<MadeToken>('made', { detail: made }));
	}
}
