import { html, nothing } from 'lit';
import { customElement, query, state } from 'lit/decorators.js';
import type { Token } from '../../../service/contract/sessions.js';
import { request } from '../../data/http.js';
import { localTime } from '../../elements/format.js';
import { t } from '../../texts/texts.js';
import { AdminList } from './admin-list.js';
import type { MadeToken, TokenDialog } from './token-dialog.js';
import '../../elements/copy-field.js';
import './token-dialog.js';

/** Watch links, and tokens for software. */
@customElement('r58-token-list')
export class TokenList extends AdminList {
	@state() private tokens: Token[] = [];
	@state() private made: MadeToken | null = null;
	@query('r58-token-dialog') private dialog!: TokenDialog;

	override render() {
		const words = t.users.tokens;
		const shown = this.tokens.filter(({ role }) => role !== 'guest');
		return html`
			<h2>${words.title}</h2>
			<p class="dim small">${words.text}</p>
			${this.attempt.error ? html`<p class="callout" role="alert" data-testid="tokens-error">${this.attempt.error}</p>` : nothing}
			${this.made ? this.#secret(this.made) : nothing}
			${shown.length === 0 ? html`<p class="dim">${words.none}</p>` : html`<ul>${shown.map((token) => this.#row(token))}</ul>`}
			<div class="row">
				<button data-testid="link-add" @click=${() => this.dialog.show('viewer')}>${words.makeLink}</button>
				<button data-testid="token-add" @click=${() => this.dialog.show('operator')}>${words.makeToken}</button>
			</div>
			<r58-token-dialog @made=${(event: CustomEvent<MadeToken>) => this.#made(event.detail)}></r58-token-dialog>
		`;
	}

	#secret({ label, token, watchUrl }: MadeToken) {
		return html`<p role="status"><b>${label}</b>: ${watchUrl ? t.users.tokens.linkOnce : t.users.tokens.tokenOnce}</p>
			<r58-copy-field data-testid="token-made" label=${label} .value=${watchUrl ?? token}></r58-copy-field>`;
	}

	#row(token: Token) {
		const { id, label, role, streamers, readOnly, expiresAt } = token;
		const words = t.users.tokens;
		const expired = expiresAt !== null && new Date(expiresAt) < new Date();
		const scope =
			role === 'viewer'
				? words.watches((streamers ?? ['program']).join(', '))
				: `${t.words.roles[role]}${readOnly ? `, ${t.words.readOnly}` : ''}`;
		const until = expiresAt === null ? t.words.neverExpires : (expired ? words.expired : t.words.until)(localTime(expiresAt));
		return html`<li data-testid="token-${id}">
			<div><p><b>${label}</b> <span class="dim">${scope}</span></p><p class="small dim">${until}</p></div>
			<button aria-label=${words.revokeOf(label)} data-testid="token-revoke" @click=${() => this.#revoke(token)}>${t.words.revoke}</button>
		</li>`;
	}

	async #made(made: MadeToken): Promise<void> {
		this.made = made;
		await this.change();
	}

	async #revoke({ id, label, role }: Token): Promise<void> {
		const text = role === 'viewer' ? t.users.tokens.revokeLink : t.users.tokens.revokeToken;
		if (!(await this.ask({ title: t.users.tokens.revokeAsk(label), text, action: t.words.revoke }))) return;
		await this.change(async () => {
			await request('DELETE', `/api/tokens/${id}`);
			if (this.made?.id === id) this.made = null;
		});
	}

	protected async read(): Promise<void> {
		this.tokens = await request<Token[]>('GET', '/api/tokens');
	}
}
