import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import type { GuestInvite, Invite } from '../../../service/contract/guests.js';
import type { Commands } from '../../data/commands.js';
import { localTime } from '../../elements/format.js';
import { base, dialogBox } from '../../elements/styles.js';
import { t } from '../../texts/texts.js';
import { chosenExpiry, expirySelect } from './invite-expiry.js';
import './invite-view.js';

/** One guest's invites that can still be used, with a button to revoke each, and a new one. */
@customElement('r58-invite-dialog')
export class InviteDialog extends LitElement {
	static override styles = [
		base,
		dialogBox,
		css`
			dialog { width: min(560px, calc(100vw - 24px)); }
			.body { display: grid; gap: 12px; grid-template-columns: minmax(0, 1fr); }
			li { display: flex; align-items: center; gap: 8px; padding: 6px 0; border-top: 1px solid var(--line); }
			li > div { flex: 1; min-width: 0; }
			form { display: flex; flex-wrap: wrap; gap: 8px; }
			form select { flex: 1; }
			.actions { display: flex; justify-content: flex-end; }
		`,
	];
	@property({ attribute: false }) commands!: Commands;
	@state() private guest: { id: string; name: string } | null = null;
	@state() private invites: Invite[] = [];
	@state() private made: GuestInvite | null = null;
	@query('dialog') private dialog!: HTMLDialogElement;

	async show(guest: { id: string; name: string }): Promise<void> {
		this.guest = guest;
		this.made = null;
		this.invites = [];
		await this.updateComplete;
		this.dialog.showModal();
		await this.#list();
	}

	override render() {
		return html`<dialog aria-labelledby="title" data-testid="invite-dialog">
			<div class="body">
				<h2 id="title">${t.switcher.guests.invitesOf(this.guest?.name ?? '')}</h2>
				${
					this.invites.length === 0
						? html`<p class="dim">${t.switcher.invites.none}</p>`
						: html`<ul>${this.invites.map((invite) => this.#row(invite))}</ul>`
				}
				<form @submit=${this.#another}>${expirySelect('invite-another-expiry')}<button data-testid="invite-another">${t.switcher.invites.another}</button></form>
				${
					this.made && this.guest
						? html`<r58-invite-view .invite=${this.made} .name=${this.guest.name} @hide=${() => (this.made = null)}></r58-invite-view>`
						: nothing
				}
				<p class="small dim">${t.switcher.invites.hint}</p>
				<div class="actions"><button data-testid="invite-close" @click=${() => this.dialog.close()}>${t.words.close}</button></div>
			</div>
		</dialog>`;
	}

	#row({ id, createdAt, expiresAt, usedAt }: Invite) {
		const words = t.switcher.invites;
		const until = expiresAt === null ? t.words.neverExpires : words.opensUntil(localTime(expiresAt));
		return html`<li data-testid="invite-row">
			<div>
				<p>${words.made(localTime(createdAt))}</p>
				<p class="small dim">${usedAt === null ? until : words.firstOpened(localTime(usedAt))}</p>
			</div>
			<button data-testid="invite-revoke" aria-label=${words.revokeOf(localTime(createdAt))} @click=${() => this.#revoke(id)}>${t.words.revoke}</button>
		</li>`;
	}

	async #list(): Promise<void> {
		if (this.guest) this.invites = (await this.commands.invites(this.guest.id)) ?? [];
	}

	async #another(event: SubmitEvent): Promise<void> {
		event.preventDefault();
		if (!this.guest) return;
		this.made = await this.commands.inviteAgain(this.guest.id, chosenExpiry(event.target as HTMLFormElement));
		await this.#list();
	}

	async #revoke(invite: string): Promise<void> {
		if (!this.guest) return;
		await this.commands.revokeInvite(this.guest.id, invite);
		if (this.made?.invite === invite) this.made = null;
		await this.#list();
	}
}
