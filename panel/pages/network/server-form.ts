import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { fieldError } from '../../elements/field-error.js';
import { base } from '../../elements/styles.js';
import { wordsOf } from '../../elements/typed.js';
import { t } from '../../texts/texts.js';
import { type Login, loginOf, type ServerValues, typed, urlsError } from './form.js';

/** One STUN or TURN server. Events `change` and `remove`. */
@customElement('r58-server-form')
export class ServerForm extends LitElement {
	static override styles = [
		base,
		css`
			:host { display: block; border-top: 1px solid var(--line); padding-top: 12px; }
			.fields { display: grid; gap: 10px 12px; grid-template-columns: repeat(auto-fill, minmax(210px, 1fr)); align-items: end; }
			.wide { grid-column: 1 / -1; }
			label { display: grid; gap: 4px; }
			.wrong { color: var(--bad); font-weight: 600; }
			[aria-invalid='true'] { border-color: var(--bad); }
		`,
	];
	@property({ attribute: false }) server!: ServerValues;
	/** The studio's message about a field. */
	@property({ attribute: false }) errorOf: (field: keyof ServerValues) => string | undefined = () => undefined;

	override render() {
		const { name, urls, for: side } = this.server;
		const login = loginOf(this.server);
		const wrong = urlsError(urls);
		return html`<div class="fields">
			<label>${t.network.server.name}<input data-testid="server-name" .value=${name} @change=${this.#text((name) => ({ name }))} /></label>
			<label>${t.network.server.usedBy}
				<select @change=${this.#text((value) => ({ for: value as ServerValues['for'] }))}>
					${Object.entries(t.network.server.for).map(([value, label]) => choice(value, label, side))}
				</select>
			</label>
			<label class="wide">${t.network.server.addresses}
				<input
					data-testid="server-urls" .value=${urls.join(' ')} spellcheck="false"
					placeholder="turn:turn.example.org:3478 turns:turn.example.org:5349"
					aria-invalid=${wrong === null ? 'false' : 'true'} aria-describedby=${wrong === null ? nothing : 'urls-error'}
					@change=${this.#text((value) => ({ urls: wordsOf(value) }))}
				/>
				${wrong === null ? nothing : html`<span class="wrong" id="urls-error" role="alert" data-testid="server-urls-error">⚠ ${wrong}</span>`}
			</label>
			<label>${t.network.server.login}
				<select data-testid="server-login" @change=${this.#text((value) => loginFields(value as Login))}>
					${Object.entries(t.network.server.logins).map(([value, label]) => choice(value, label, login))}
				</select>
			</label>
			${login === 'fixed' ? this.#fixed() : nothing}
			${login === 'secret' ? html`<label>${t.network.server.secret}${this.#secret('secret')}</label>` : nothing}
			<button @click=${() => this.dispatchEvent(new Event('remove'))}>${t.words.removeOf(name)}</button>
		</div>`;
	}

	/** True if a field is invalid; focuses it. */
	focusError(): boolean {
		if (urlsError(this.server.urls) === null) return false;
		this.renderRoot.querySelector<HTMLInputElement>('[data-testid="server-urls"]')?.focus();
		return true;
	}

	#fixed() {
		const { username } = this.server;
		return html`<label>${t.network.server.user}<input .value=${username ?? ''} autocomplete="off" @change=${this.#text((username) => ({ username }))} /></label>
			<label>${t.network.server.password}${this.#secret('credential')}</label>`;
	}

	#secret(field: 'secret' | 'credential') {
		const known = this.server[field];
		return html`<input
			type="password" autocomplete="new-password" data-testid="server-${field}"
			placeholder=${known === true ? t.words.networkSecret : ''}
			@change=${this.#text((value) => ({ [field]: typed(value, known) }))}
		/>${fieldError(this.errorOf(field), `server-${field}-error`)}`;
	}

	#text(change: (value: string) => Partial<ServerValues>) {
		return (event: Event) => {
			const { value } = event.target as HTMLInputElement | HTMLSelectElement;
			this.dispatchEvent(new CustomEvent('change', { detail: { ...this.server, ...change(value.trim()) } }));
		};
	}
}

function choice(value: string, label: string, chosen: string) {
	return html`<option value=${value} ?selected=${value === chosen}>${label}</option>`;
}

/** The login fields, emptied for this kind of login. */
function loginFields(login: Login): Partial<ServerValues> {
	if (login === 'secret') return { username: null, credential: null, secret: '' };
	return { secret: null, username: login === 'fixed' ? '' : null, credential: login === 'fixed' ? '' : null };
}
