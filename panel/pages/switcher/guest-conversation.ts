import { css, html, LitElement } from 'lit';
import { customElement, property, query } from 'lit/decorators.js';
import { messageLimit } from '../../../service/contract/guestProtocol.js';
import type { Guest } from '../../../service/contract/guests.js';
import type { Commands } from '../../data/commands.js';
import { base } from '../../elements/styles.js';
import { t } from '../../texts/texts.js';

/** Messages between the studio and one guest. */
@customElement('r58-guest-conversation')
export class GuestConversation extends LitElement {
	static override styles = [
		base,
		css`
			:host { display: grid; gap: 8px; }
			ol { display: grid; gap: 4px; max-height: 180px; overflow-y: auto; font-size: 0.9rem; }
			li { overflow-wrap: anywhere; }
			form { display: flex; gap: 8px; }
			input { flex: 1; min-width: 0; }
		`,
	];
	@property({ attribute: false }) commands!: Commands;
	@property({ attribute: false }) guest!: Guest;
	@query('input') private field!: HTMLInputElement;
	@query('ol') private log!: HTMLElement;

	override updated(): void {
		this.log.scrollTop = this.log.scrollHeight;
	}

	override render() {
		const { id, name, messages, seenMessage } = this.guest;
		const words = t.switcher.guests;
		return html`
			<ol role="log" aria-label=${words.messagesOf(name)} tabindex="0" data-testid="conversation-${id}">
				${messages.map(
					({ id: number, from, text }) => html`<li>
						<b>${from === 'studio' ? words.you : name}:</b> ${text}
						${from === 'studio' && number <= seenMessage ? html`<span class="dim small">${words.read}</span>` : ''}
					</li>`,
				)}
			</ol>
			<form @submit=${this.#send}>
				<input
					data-testid="message-to-${id}" aria-label=${words.messageTo(name)} placeholder=${words.messageTo(name)} maxlength=${messageLimit}
					autocomplete="off"
				/>
				<button data-testid="send-to-${id}">${words.send}</button>
			</form>
		`;
	}

	async #send(event: SubmitEvent): Promise<void> {
		event.preventDefault();
		const text = this.field.value.trim();
		if (text === '') return;
		if ((await this.commands.writeTo(this.guest.id, text)) !== null) this.field.value = '';
	}
}
