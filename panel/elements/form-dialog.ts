import { type CSSResultGroup, css, html, LitElement, nothing, type TemplateResult } from 'lit';
import { query, state } from 'lit/decorators.js';
import { sentence } from '../data/http.js';
import { t } from '../texts/texts.js';
import { base, dialogBox } from './styles.js';

/** A modal form. It stays open, with everything typed, until the studio has accepted it. */
export abstract class FormDialog extends LitElement {
	static override styles: CSSResultGroup = [
		base,
		dialogBox,
		css`
			dialog { width: min(480px, calc(100vw - 16px)); }
			form { display: grid; gap: 14px; margin-top: 16px; }
			label { display: grid; gap: 4px; align-content: start; }
			label > :is(input, select) { font-weight: 400; }
			.row { display: grid; grid-template-columns: 1fr 1fr; gap: 12px; }
			.check { display: flex; align-items: center; gap: 10px; min-height: var(--target); }
			.check input { flex: none; }
			.hint { font-weight: 400; font-size: 0.85rem; color: var(--dim); }
			.actions {
				position: sticky;
				bottom: -20px;
				display: flex;
				justify-content: flex-end;
				gap: 8px;
				margin: 0 -20px -20px;
				padding: 12px 20px 20px;
				background: var(--surface);
			}
		`,
	];
	@state() protected error: string | null = null;
	@state() protected busy = false;
	@state() private opened = false;
	@query('dialog') private dialog!: HTMLDialogElement;
	@query('form') private form!: HTMLFormElement;

	protected abstract heading(): string;
	/** Label of the submit button. */
	protected abstract action(): string;
	/** Prefix of the test ids: `${name}-dialog`, `${name}-save`, `${name}-cancel`. */
	protected abstract readonly name: string;
	protected abstract fields(): TemplateResult | typeof nothing;
	/** Throws an error to show. */
	protected abstract save(values: FormData): Promise<void>;

	/** Call after setting the field values: each opening renders the fields anew. */
	protected async open(): Promise<void> {
		this.error = null;
		this.opened = true;
		await this.updateComplete;
		if (!this.dialog.open) this.dialog.showModal();
	}

	override render() {
		return html`<dialog aria-labelledby="title" data-testid="${this.name}-dialog" @close=${() => (this.opened = false)}>
			<h2 id="title">${this.heading()}</h2>
			<form @submit=${this.#submit}>
				${this.opened ? this.fields() : nothing}
				${this.error ? html`<p class="callout" role="alert" data-testid="${this.name}-error">${this.error}</p>` : nothing}
				<div class="actions">
					<button type="button" data-testid="${this.name}-cancel" @click=${() => this.dialog.close()}>${t.words.cancel}</button>
					<button class="primary" data-testid="${this.name}-save" ?disabled=${this.busy}>${this.action()}</button>
				</div>
			</form>
		</dialog>`;
	}

	async #submit(event: SubmitEvent): Promise<void> {
		event.preventDefault();
		if (this.busy) return;
		this.busy = true;
		this.error = null;
		try {
			await this.save(new FormData(this.form));
			this.dialog.close();
		} catch (error) {
			this.error = sentence(error);
		} finally {
			this.busy = false;
		}
	}
}
