import { css, html, LitElement, nothing } from 'lit';
import { customElement, query, state } from 'lit/decorators.js';
import type { Choice, Question } from '../data/requests.js';
import { t } from '../texts/texts.js';
import { base, dialogBox } from './styles.js';

/** A modal question. `ask` resolves with the answer; Escape means no. */
@customElement('r58-confirm')
export class Confirm extends LitElement {
	static override styles = [
		base,
		dialogBox,
		css`
			dialog { max-width: min(440px, calc(100vw - 32px)); }
			p { margin: 10px 0 20px; }
			.choice { display: grid; gap: 4px; margin-bottom: 20px; }
			.choice select { font-weight: 400; }
			.actions { display: flex; justify-content: flex-end; flex-wrap: wrap; gap: 8px; }
		`,
	];
	@state() private question: Question | null = null;
	@query('dialog') private dialog!: HTMLDialogElement;
	#settle: (answer: boolean) => void = () => undefined;

	async ask(question: Question): Promise<boolean> {
		this.#settle(false);
		this.question = question;
		await this.updateComplete;
		this.dialog.returnValue = '';
		if (!this.dialog.open) this.dialog.showModal();
		return new Promise((settle) => {
			this.#settle = settle;
		});
	}

	override render() {
		return html`<dialog aria-labelledby="title" @close=${() => this.#settle(this.dialog.returnValue === 'yes')}>
			<h2 id="title">${this.question?.title}</h2>
			<p>${this.question?.text}</p>
			${this.question?.choice ? this.#choice(this.question.choice) : nothing}
			<div class="actions">
				<button autofocus data-testid="confirm-no" @click=${() => this.dialog.close('')}>${t.words.cancel}</button>
				<button class="danger" data-testid="confirm-yes" @click=${() => this.dialog.close('yes')}>${this.question?.action}</button>
			</div>
		</dialog>`;
	}

	#choice({ label, options, chosen }: Choice) {
		const choose = (event: Event) => chosen((event.target as HTMLSelectElement).value);
		return html`<label class="choice">${label}
			<select data-testid="confirm-choice" @change=${choose}>
				${options.map(([value, words], index) => html`<option value=${value} ?selected=${index === 0}>${words}</option>`)}
			</select>
		</label>`;
	}
}
