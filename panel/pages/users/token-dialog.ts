import { html } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import type { Token } from '../../../service/contract/sessions.js';
import type { Streamer } from '../../../service/contract/streamers.js';
import { request } from '../../data/http.js';
import { FormDialog } from '../../elements/form-dialog.js';

/** A token just made, with its secret. */
export type MadeToken = Token & { token: string; watchUrl: string | null };

const expiries: [seconds: number, words: string][] = [
	[3600, '1 hour'],
	[86_400, '1 day'],
	[7 * 86_400, '7 days'],
	[30 * 86_400, '30 days'],
	[365 * 86_400, '1 year'],
];

/** Makes a watch link or a token. Event `made` with it. */
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
		return this.kind === 'viewer' ? 'Make a watch link' : 'Make a token';
	}

	protected action(): string {
		return this.busy ? 'Making…' : 'Make';
	}

	protected fields() {
		const link = this.kind === 'viewer';
		const shared = this.streamers.map(({ id }) => id).filter((id) => !id.startsWith('return-'));
		return html`
			<label>What it is for
				<input name="label" data-testid="token-label" maxlength="80" required autocomplete="off" placeholder=${link ? 'Foyer screen' : 'Tally lamps'} />
			</label>
			${
				link
					? html`<label>Shows<select name="streamer" data-testid="token-streamer">
							${(shared.length > 0 ? shared : ['program']).map((id) => html`<option value=${id}>${id}</option>`)}
						</select></label>`
					: html`<label>May<select name="scope" data-testid="token-scope">
							<option value="read">look only: state, levels, recordings</option>
							<option value="operator">operate: cut, record, invite</option>
							<option value="technician">everything, as a technician</option>
						</select></label>`
			}
			<label>Expires after<select name="expiry" data-testid="token-expiry">
				${expiries.map(([seconds, words]) => html`<option value=${seconds} ?selected=${seconds === 30 * 86_400}>${words}</option>`)}
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
