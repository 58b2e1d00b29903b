import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import type { Buses, Guest, GuestInvite, State } from '../../service/api/schema.js';
import { base } from '../common/styles.js';
import type { Commands } from './commands.js';
import { tallyOf } from './scenes.js';
import './guest-card.js';

/** Invites people and shows how their connections are. */
@customElement('r58-guest-block')
export class GuestBlock extends LitElement {
	static override styles = [
		base,
		css`
			:host { display: grid; gap: 10px; }
			form, .link { display: flex; gap: 8px; }
			input { flex: 1; min-width: 0; }
			.link { flex-wrap: wrap; }
			.link input { flex-basis: 100%; }
			.link .primary { flex: 1; }
			.invite { display: grid; gap: 8px; padding: 10px; border: 1px solid var(--accent); border-radius: var(--radius); }
			li { padding: 8px 0; border-top: 1px solid var(--line); }
		`,
	];
	@property({ attribute: false }) commands!: Commands;
	@property({ attribute: false }) state!: State;
	/** Null while the panel is offline: no lamp is lit then. */
	@property({ attribute: false }) buses: Buses | null = null;
	@state() private invite: (GuestInvite & { name: string }) | null = null;
	@state() private copied = false;
	@state() private busy = false;
	@query('.link input') private linkField!: HTMLInputElement;

	override render() {
		const guests = Object.values(this.state.guests);
		return html`
			<h2>Guests</h2>
			<form @submit=${this.#create}>
				<input
					name="name" data-testid="guest-invite-name" aria-label="Name of the guest" placeholder="Name" maxlength="80"
					autocomplete="off" required
				/>
				<button data-testid="guest-invite-create" ?disabled=${this.busy}>Invite a guest</button>
			</form>
			${this.invite ? this.#link(this.invite) : nothing}
			${
				guests.length === 0
					? html`<p class="dim small">No guests yet. Give a name, then send the link: they join from their browser.</p>`
					: html`<ul data-testid="guest-list">${guests.map((guest) => this.#guest(guest))}</ul>`
			}
		`;
	}

	#link({ name, joinUrl }: GuestInvite & { name: string }) {
		return html`<div class="invite">
			<p class="small">Link for <b>${name}</b>. It is shown only now; whoever has it takes this seat.</p>
			<div class="link">
				<input readonly data-testid="guest-invite-link" aria-label="Invite link for ${name}" .value=${joinUrl} @focus=${this.#selectAll} />
				<button class="primary" data-testid="guest-invite-copy" @click=${this.#copy}>${this.copied ? 'Copied' : 'Copy'}</button>
				<button class="plain" aria-label="Hide the link" @click=${() => (this.invite = null)}>✕</button>
			</div>
		</div>`;
	}

	#guest(guest: Guest) {
		const { audio, scenes } = this.state;
		return html`<li data-testid="guest-${guest.id}" data-state=${guest.state}>
			<r58-guest-card
				.commands=${this.commands} .guest=${guest} .strip=${audio[guest.id] ?? null} .tally=${tallyOf(guest.id, this.buses, scenes)}
			></r58-guest-card>
		</li>`;
	}

	async #create(event: SubmitEvent): Promise<void> {
		event.preventDefault();
		const form = event.target as HTMLFormElement;
		const name = String(new FormData(form).get('name') ?? '').trim();
		if (name === '') return;
		this.busy = true;
		const invite = await this.commands.invite(name);
		this.busy = false;
		if (!invite) return;
		form.reset();
		this.copied = false;
		this.invite = { ...invite, name };
	}

	#selectAll(event: FocusEvent): void {
		(event.target as HTMLInputElement).select();
	}

	/** Without a secure origin there is no clipboard: then the link is marked, ready for Ctrl+C. */
	async #copy(): Promise<void> {
		this.linkField.focus();
		this.linkField.select();
		this.copied = await (navigator.clipboard?.writeText(this.linkField.value).then(
			() => true,
			() => false,
		) ?? false);
	}
}
