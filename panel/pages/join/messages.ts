import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, query } from 'lit/decorators.js';
import type { GuestMessage } from '../../../service/contract/guestChannel.js';
import { messageLimit } from '../../../service/contract/guestProtocol.js';
import { base } from '../../elements/styles.js';
import type { Guest as Texts } from '../../texts/en/guest.js';
import { locale } from '../../texts/language.js';

/** Messages between the studio and the guest. Dispatches `say`. */
@customElement('r58-messages')
export class Messages extends LitElement {
	static override styles = [
		base,
		css`
			:host { display: grid; gap: 10px; }
			ol { display: grid; gap: 6px; max-height: 260px; overflow-y: auto; }
			li { max-width: 88%; padding: 6px 12px; border-radius: 12px; background: var(--raised); overflow-wrap: anywhere; }
			li.guest { justify-self: end; background: var(--accent); color: var(--accent-text); }
			li b { display: block; font-size: 0.75rem; }
			form { display: flex; gap: 8px; }
			input { flex: 1; min-width: 0; }
			.refusal { color: var(--bad); }
		`,
	];
	@property({ attribute: false }) texts!: Texts;
	@property({ attribute: false }) messages: GuestMessage[] = [];
	@property({ type: Boolean }) connected = false;
	/** Code: why the last message was rejected. */
	@property({ attribute: false }) refusal: string | null = null;
	@query('ol') private log!: HTMLElement | null;
	@query('input') private field!: HTMLInputElement;

	override updated(changed: Map<string, unknown>): void {
		if (changed.has('messages') && this.log) this.log.scrollTop = this.log.scrollHeight;
	}

	/** The banner announces messages from the studio; announcing them here would repeat them. */
	override render() {
		const { messages: words } = this.texts;
		return html`
			<h2 id="title">${words.title}</h2>
			${
				this.messages.length === 0
					? html`<p class="dim small">${words.empty}</p>`
					: html`<ol role="log" aria-live="off" aria-labelledby="title" tabindex="0" data-testid="messages">
						${this.messages.map(
							({ from, text, at }) => html`<li class=${from}>
								<b>${from === 'studio' ? words.studio : words.you} · ${timeOf(at)}</b>${text}
							</li>`,
						)}
					</ol>`
			}
			<form @submit=${this.#say}>
				<input
					data-testid="message-field" aria-label=${words.field} placeholder=${words.field} maxlength=${messageLimit}
					autocomplete="off" enterkeyhint="send" ?disabled=${!this.connected}
				/>
				<button data-testid="message-send" ?disabled=${!this.connected}>${words.send}</button>
			</form>
			<p class="small refusal" role="status" ?hidden=${this.connected && this.refusal === null}>${this.#refused()}</p>
		`;
	}

	#refused() {
		const { messages: words } = this.texts;
		if (!this.connected) return words.offline;
		if (this.refusal === null) return nothing;
		return this.refusal === 'rate-limited' ? words.tooFast : words.refused;
	}

	#say(event: SubmitEvent): void {
		event.preventDefault();
		const text = this.field.value.trim();
		if (text === '') return;
		this.dispatchEvent(new CustomEvent<string>('say', { detail: text }));
		this.field.value = '';
	}
}

function timeOf(iso: string): string {
	return new Date(iso).toLocaleTimeString(locale(), { hour: '2-digit', minute: '2-digit' });
}
