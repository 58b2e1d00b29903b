import { css, html, LitElement } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import { t } from '../texts/texts.js';
import { base } from './styles.js';

/** Read-only text with a copy button. */
@customElement('r58-copy-field')
export class CopyField extends LitElement {
	static override styles = [
		base,
		css`
			:host { display: flex; align-items: flex-start; gap: 8px; }
			textarea {
				flex: 1;
				min-width: 0;
				min-height: 0;
				padding: 10px 12px;
				border: 1px solid var(--line);
				background: var(--bg);
				font: 0.8rem / 1.5 var(--mono);
				resize: none;
				field-sizing: content;
				overflow-wrap: anywhere;
			}
			button { flex: none; min-width: 84px; }
			@media (max-width: 599px) {
				:host { flex-direction: column; align-items: stretch; }
				textarea { flex: none; }
			}
		`,
	];
	@property() value = '';
	/** Name for screen readers. */
	@property() label = '';
	@state() private copied = false;
	@query('textarea') private field!: HTMLTextAreaElement;

	override willUpdate(changed: Map<string, unknown>): void {
		if (changed.has('value')) this.copied = false;
	}

	override render() {
		return html`
			<textarea readonly rows="4" spellcheck="false" data-testid="copy-text" aria-label=${this.label} .value=${this.value}></textarea>
			<button data-testid="copy-button" aria-label=${t.elements.copyOf(this.label, this.copied)} @click=${this.#copy}>${this.copied ? t.words.copied : t.words.copy}</button>
		`;
	}

	/** There is no clipboard without a secure origin: select the text instead, ready for Ctrl+C. */
	async #copy(): Promise<void> {
		this.field.focus();
		this.field.select();
		this.copied = await (navigator.clipboard?.writeText(this.value).then(
			() => true,
			() => false,
		) ?? false);
	}
}
