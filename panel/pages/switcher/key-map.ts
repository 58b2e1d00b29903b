import { css, html, LitElement } from 'lit';
import { customElement, property, query } from 'lit/decorators.js';
import { base, dialogBox } from '../../elements/styles.js';
import { t } from '../../texts/texts.js';
import { keyMap } from './keys.js';

/** The list of shortcuts, and the switch that turns them off (WCAG 2.1.4). */
@customElement('r58-key-map')
export class KeyMap extends LitElement {
	static override styles = [
		base,
		dialogBox,
		css`
			dialog { width: min(460px, calc(100vw - 32px)); }
			dl { display: grid; grid-template-columns: auto 1fr; gap: 10px 16px; margin: 16px 0; }
			kbd {
				padding: 2px 8px;
				border: 1px solid var(--line);
				border-radius: 4px;
				background: var(--raised);
				font: 600 0.9rem var(--mono);
				white-space: nowrap;
			}
			.line { display: flex; align-items: center; justify-content: space-between; gap: 12px; }
			label { display: flex; align-items: center; gap: 10px; min-height: var(--target); }
		`,
	];
	@property({ type: Boolean }) enabled = true;
	@query('dialog') private dialog!: HTMLDialogElement;

	show(): void {
		if (!this.dialog.open) this.dialog.showModal();
	}

	override render() {
		return html`<dialog aria-labelledby="title" data-testid="key-map">
			<h2 id="title">${t.switcher.keyMap.title}</h2>
			<dl>${keyMap().map(([keys, meaning]) => html`<dt><kbd>${keys}</kbd></dt><dd>${meaning}</dd>`)}</dl>
			<div class="line">
				<label><input type="checkbox" .checked=${this.enabled} @change=${this.#toggle} /> ${t.switcher.keyMap.enabled}</label>
				<button class="primary" @click=${() => this.dialog.close()}>${t.words.close}</button>
			</div>
		</dialog>`;
	}

	#toggle(event: Event): void {
		this.dispatchEvent(new CustomEvent('keys-enabled', { detail: (event.target as HTMLInputElement).checked }));
	}
}
