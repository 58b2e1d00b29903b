import { css, html, LitElement } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { KnockMade, TicketState } from '../../../service/contract/door.js';
import { RequestError, request, sentence } from '../../data/http.js';
import { base } from '../../elements/styles.js';
import type { Guest as Texts } from '../../texts/en/guest.js';
import { keepAdmitted, keepPass, keptPass } from './preferences.js';

const askEveryMs = 2000;
const nameKey = 'r58-guest-name';

/** Whether someone without an invite may ask to join from here. Outside the house nothing answers there. */
export async function doorIsOpen(): Promise<boolean> {
	try {
		return (await request<{ open: boolean }>('GET', '/api/door')).open;
	} catch (error) {
		if (error instanceof RequestError && error.refusal.status === 404) return false;
		throw error;
	}
}

/** For people without an invite: a name, then waiting for the operator. Once admitted, the address becomes an invite. */
@customElement('r58-door')
export class DoorForm extends LitElement {
	static override styles = [
		base,
		css`
			:host, form { display: grid; gap: 10px; grid-template-columns: minmax(0, 1fr); }
			button.primary { min-height: 60px; font-size: 1.2rem; }
			.waiting { padding: 10px 14px; border-left: 4px solid var(--accent); border-radius: 4px; background: var(--raised); }
		`,
	];
	@property({ attribute: false }) texts!: Texts;
	@state() private phase: 'asking' | 'waiting' | 'refused' | 'gave-way' = 'asking';
	@state() private error: string | null = null;
	@state() private busy = false;
	#name = localStorage.getItem(nameKey) ?? '';
	#ticket: string | null = null;
	#timer = 0;

	override disconnectedCallback(): void {
		super.disconnectedCallback();
		this.#leave();
		window.removeEventListener('pagehide', this.#leave);
	}

	override connectedCallback(): void {
		super.connectedCallback();
		window.addEventListener('pagehide', this.#leave);
	}

	override render() {
		const { door } = this.texts;
		if (this.phase === 'waiting') {
			return html`<div class="waiting" role="status" data-testid="door-waiting">
					<b>${door.waiting}</b>
					<p>${door.seen(this.#name)}</p>
					${this.error ? html`<p>${this.error}</p>` : ''}
				</div>
				<button data-testid="door-leave" @click=${this.#cancel}>${door.cancel}</button>`;
		}
		return html`<form @submit=${this.#knock}>
			${this.phase === 'refused' ? html`<p class="callout" role="alert" data-testid="door-refused">${door.refused}</p>` : ''}
			${this.phase === 'gave-way' ? html`<p class="callout" role="alert" data-testid="door-gave-way">${door.gaveWay}</p>` : ''}
			<label for="name">${door.name}</label>
			<input id="name" name="name" data-testid="door-name" maxlength="80" autocomplete="name" required .value=${this.#name} />
			<button class="primary" data-testid="door-knock" ?disabled=${this.busy}>${door.knock}</button>
			${this.error ? html`<p class="callout" role="alert">${this.error}</p>` : ''}
		</form>`;
	}

	async #knock(event: SubmitEvent): Promise<void> {
		event.preventDefault();
		this.#name = String(new FormData(event.target as HTMLFormElement).get('name') ?? '').trim();
		if (this.#name === '') return;
		localStorage.setItem(nameKey, this.#name);
		this.busy = true;
		await this.#ask();
		this.busy = false;
	}

	async #ask(): Promise<void> {
		try {
			this.#ticket = (await request<KnockMade>('POST', '/api/door', { body: { name: this.#name, ...keptPass() } })).ticket;
			this.error = null;
			this.phase = 'waiting';
			this.#listen();
		} catch (error) {
			this.error = sentence(error);
			this.phase = 'asking';
		}
	}

	#listen(): void {
		this.#timer = window.setTimeout(() => void this.#look(), askEveryMs);
	}

	async #look(): Promise<void> {
		if (this.#ticket === null) return;
		try {
			const answer = await request<TicketState>('POST', '/api/door/ticket', { body: { ticket: this.#ticket } });
			this.error = null;
			if (answer.state === 'waiting') return this.#listen();
			this.#ticket = null;
			// The page restarts with an invite.
			if (answer.state === 'admitted') {
				keepAdmitted();
				keepPass(answer.pass);
				location.hash = answer.token;
			} else this.phase = answer.state;
		} catch (error) {
			if (error instanceof RequestError && error.refusal.status === 404) return this.#ask();
			this.error = sentence(error);
			this.#listen();
		}
	}

	#cancel(): void {
		this.#leave();
		this.phase = 'asking';
	}

	/** Also while the page closes: the request outlives it. */
	#leave = (): void => {
		window.clearTimeout(this.#timer);
		if (this.#ticket === null) return;
		const body = JSON.stringify({ ticket: this.#ticket });
		this.#ticket = null;
		const headers = { 'content-type': 'application/json' };
		void fetch('/api/door/leave', { method: 'POST', body, headers, keepalive: true }).catch(() => undefined);
	};
}
