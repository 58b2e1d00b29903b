import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import type { Guest, GuestInvite, Visitor } from '../../service/api/schema.js';
import { base } from '../common/styles.js';
import type { Commands } from './commands.js';
import type { InviteDialog } from './invite-dialog.js';
import { chosenExpiry, expirySelect } from './invite-expiry.js';
import './door-block.js';
import './invite-dialog.js';
import './invite-view.js';

const stateWords: Record<Guest['state'], string> = {
	invited: 'Invited, not here yet',
	connecting: 'Connecting…',
	connected: 'Connected',
	lost: 'Connection lost – coming back by itself',
};

/** Invites people and shows how their connections are. */
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
			li { display: flex; align-items: center; gap: 8px; padding: 6px 0; border-top: 1px solid var(--line); }
			li > div { flex: 1; min-width: 0; }
			.connected { color: var(--ok); }
			.lost { color: var(--warn); }
		`,
	];
	@property({ attribute: false }) commands!: Commands;
	@property({ attribute: false }) guests: Guest[] = [];
	@property({ attribute: false }) visitors: Visitor[] = [];
	@state() private invite: (GuestInvite & { name: string }) | null = null;
	@state() private busy = false;
	@query('r58-invite-dialog') private dialog!: InviteDialog;

	override render() {
		return html`
			<h2>Guests</h2>
			<form @submit=${this.#create}>
				<input
					name="name" data-testid="guest-invite-name" aria-label="Name of the guest" placeholder="Name" maxlength="80"
					autocomplete="off" required
				/>
				${expirySelect('guest-invite-expiry')}
				<button data-testid="guest-invite-create" ?disabled=${this.busy}>Invite a guest</button>
			</form>
			<r58-door-block .commands=${this.commands} .visitors=${this.visitors}></r58-door-block>
			${
				this.invite
					? html`<r58-invite-view .invite=${this.invite} .name=${this.invite.name} @hide=${() => (this.invite = null)}></r58-invite-view>`
					: nothing
			}
			<r58-invite-dialog .commands=${this.commands}></r58-invite-dialog>
			${
				this.guests.length === 0
					? html`<p class="dim small">No guests yet. Give a name, then send the link: they join from their browser.</p>`
					: html`<ul data-testid="guest-list">${this.guests.map((guest) => this.#guest(guest))}</ul>`
			}
		`;
	}

	#guest(guest: Guest) {
		const figures = [
			guest.path,
			guest.codec,
			guest.kbps === null ? null : `${(guest.kbps / 1000).toFixed(1)} Mbit/s`,
			guest.rttMs === null ? null : `${Math.round(guest.rttMs)} ms`,
			guest.lossPct ? `${guest.lossPct.toFixed(1)} % lost` : null,
		].filter((figure) => figure !== null);
		return html`<li data-testid="guest-${guest.id}" data-state=${guest.state}>
			<div>
				<b>${guest.name}</b>
				<p class="small ${guest.state}" role="status">${stateWords[guest.state]}</p>
				${figures.length > 0 ? html`<p class="small dim">${figures.join(' · ')}</p>` : nothing}
				${guest.lastError && guest.state !== 'connected' ? html`<p class="small">${guest.lastError}</p>` : nothing}
			</div>
			<button data-testid="guest-links-${guest.id}" aria-label="Links of ${guest.name}" @click=${() => this.dialog.show(guest)}>Links</button>
			<button
				data-testid="guest-remove-${guest.id}" aria-label="Remove ${guest.name}"
				@click=${() => this.commands.removeGuest(guest.id, guest.name)}
			>Remove</button>
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
