import { css, html, LitElement } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import type { GuestInvite } from '../../../service/contract/guests.js';
import { localTime } from '../../elements/format.js';
import { base } from '../../elements/styles.js';
import { t } from '../../texts/texts.js';

/** A new invite: its link to copy, and its QR code, small or full screen. */
@customElement('r58-invite-view')
export class InviteView extends LitElement {
	static override styles = [
		base,
		css`
			:host { display: grid; gap: 8px; padding: 10px; border: 1px solid var(--accent); border-radius: var(--radius); }
			.link { display: flex; flex-wrap: wrap; gap: 8px; }
			.link input { flex-basis: 100%; }
			.link .primary { flex: 1; }
			.code { padding: 0; background: #fff; width: 132px; height: 132px; }
			.code img { width: 100%; height: 100%; }
			dialog { width: 100vw; height: 100dvh; max-width: none; max-height: none; padding: 16px; border: 0; background: #fff; color: #000; }
			.full { height: 100%; display: grid; grid-template-rows: minmax(0, 1fr) auto auto; justify-items: center; gap: 12px; }
			.full img { height: 100%; max-width: 100%; }
			.full p { font-size: 1.4rem; font-weight: 600; }
			.full button { color: #000; background: #eee; border-color: #888; }
		`,
	];
	@property({ attribute: false }) invite!: GuestInvite;
	@property() name = '';
	@state() private copied = false;
	@query('input') private field!: HTMLInputElement;
	@query('dialog') private dialog!: HTMLDialogElement;

	override willUpdate(changed: Map<string, unknown>): void {
		if (changed.has('invite')) this.copied = false;
	}

	override render() {
		const { joinUrl, expiresAt, qrSvg } = this.invite;
		const words = t.switcher.invites;
		const code = `data:image/svg+xml,${encodeURIComponent(qrSvg)}`;
		return html`
			<p class="small">
				${words.for} <b>${this.name}</b>. ${words.once} ${words.until(localTime(expiresAt))}
			</p>
			<div class="link">
				<input readonly data-testid="guest-invite-link" aria-label=${words.linkOf(this.name)} .value=${joinUrl} @focus=${this.#selectAll} />
				<button class="primary" data-testid="guest-invite-copy" @click=${this.#copy}>${this.copied ? t.words.copied : t.words.copy}</button>
				<button class="plain" aria-label=${words.hide} @click=${() => this.dispatchEvent(new Event('hide'))}>✕</button>
			</div>
			<button class="code" data-testid="guest-invite-qr" aria-label=${words.qrFull} @click=${() => this.dialog.showModal()}>
				<img alt="" src=${code} />
			</button>
			<dialog aria-label=${words.qrOf(this.name)} data-testid="guest-invite-qr-full" @click=${() => this.dialog.close()}>
				<div class="full">
					<img alt=${words.qr} src=${code} />
					<p>${words.scan(this.name)}</p>
					<button autofocus>${t.words.close}</button>
				</div>
			</dialog>
		`;
	}

	#selectAll(event: FocusEvent): void {
		(event.target as HTMLInputElement).select();
	}

	/** There is no clipboard without a secure origin: select the link instead, ready for Ctrl+C. */
	async #copy(): Promise<void> {
		this.field.focus();
		this.field.select();
		this.copied = await (navigator.clipboard?.writeText(this.field.value).then(
			() => true,
			() => false,
		) ?? false);
	}
}
