import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import type { Buses } from '../../../service/contract/buses.js';
import type { Guest, GuestInvite } from '../../../service/contract/guests.js';
import type { State } from '../../../service/contract/state.js';
import { lampsOf } from '../../../service/contract/tally.js';
import type { Commands } from '../../data/commands.js';
import { base } from '../../elements/styles.js';
import { t } from '../../texts/texts.js';
import type { InviteDialog } from './invite-dialog.js';
import { chosenExpiry, expirySelect } from './invite-expiry.js';
import './door-block.js';
import './guest-card.js';
import './invite-dialog.js';
import './invite-view.js';

/** Invites guests and shows the state of their connections. */
@customElement('r58-guest-block')
export class GuestBlock extends LitElement {
	static override styles = [
		base,
		css`
			:host { display: grid; gap: 10px; }
			form { display: flex; flex-wrap: wrap; gap: 8px; }
			form input { flex-basis: 100%; }
			form select { flex: 0 1 110px; }
			form button { flex: 1; }
			li { padding: 8px 0; border-top: 1px solid var(--line); }
		`,
	];
	@property({ attribute: false }) commands!: Commands;
	@property({ attribute: false }) state!: State;
	/** Null while the panel is offline, so that no lamp is lit. */
	@property({ attribute: false }) buses: Buses | null = null;
	@state() private invite: (GuestInvite & { name: string }) | null = null;
	@state() private busy = false;
	@query('r58-invite-dialog') private dialog!: InviteDialog;

	override render() {
		const guests = Object.values(this.state.guests);
		const words = t.switcher.guests;
		return html`
			<h2>${words.title}</h2>
			<form @submit=${this.#create}>
				<input
					name="name" data-testid="guest-invite-name" aria-label=${words.nameLabel} placeholder=${words.name} maxlength="80"
					autocomplete="off" required
				/>
				${expirySelect('guest-invite-expiry')}
				<button data-testid="guest-invite-create" ?disabled=${this.busy}>${words.invite}</button>
			</form>
			<r58-door-block .commands=${this.commands} .visitors=${Object.values(this.state.door)}></r58-door-block>
			${
				this.invite
					? html`<r58-invite-view .invite=${this.invite} .name=${this.invite.name} @hide=${() => (this.invite = null)}></r58-invite-view>`
					: nothing
			}
			<r58-invite-dialog .commands=${this.commands}></r58-invite-dialog>
			${
				guests.length === 0
					? html`<p class="dim small">${words.none}</p>`
					: html`<ul data-testid="guest-list">${guests.map((guest) => this.#guest(guest))}</ul>`
			}
		`;
	}

	#guest(guest: Guest) {
		const { audio, scenes } = this.state;
		return html`<li data-testid="guest-${guest.id}" data-state=${guest.state}>
			<r58-guest-card
				.commands=${this.commands} .guest=${guest} .strip=${audio[guest.id] ?? null} .tally=${lampsOf(guest.id, { buses: this.buses, scenes })}
				@links=${() => this.dialog.show(guest)}
			></r58-guest-card>
		</li>`;
	}

	async #create(event: SubmitEvent): Promise<void> {
		event.preventDefault();
		const form = event.target as HTMLFormElement;
		const name = String(new FormData(form).get('name') ?? '').trim();
		if (name === '') return;
		this.busy = true;
		const invite = await this.commands.invite(name, chosenExpiry(form));
		this.busy = false;
		if (!invite) return;
		form.reset();
		this.invite = { ...invite, name };
	}
}
