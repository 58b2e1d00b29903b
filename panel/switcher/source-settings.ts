import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import type { Source, SourcePatch } from '../../service/api/schema.js';
import { base, dialogBox } from '../common/styles.js';
import type { Commands } from './commands.js';
import { ordered } from './scenes.js';

const lossWords: Record<Source['onLoss'], string> = {
	hold: 'Hold the last picture',
	backup: 'Another source',
	slate: 'Neutral slate',
};

/** Name, colour and delay of a source, and what is shown while it is gone. */
@customElement('r58-source-settings')
export class SourceSettings extends LitElement {
	static override styles = [
		base,
		dialogBox,
		css`
			dialog { width: min(420px, calc(100vw - 32px)); }
			form { display: grid; gap: 12px; margin-top: 16px; }
			label { display: grid; gap: 4px; }
			.row { display: grid; grid-template-columns: 1fr 1fr; gap: 12px; }
			.actions { display: flex; justify-content: flex-end; gap: 8px; margin-top: 8px; }
		`,
	];
	@property({ attribute: false }) commands!: Commands;
	@property({ attribute: false }) sources: Record<string, Source> = {};
	/** As it was when the dialog was opened: what others change meanwhile does not move the fields. */
	@state() private source: Source | null = null;
	@state() private onLoss: Source['onLoss'] = 'hold';
	@query('dialog') private dialog!: HTMLDialogElement;
	@query('form') private form!: HTMLFormElement;

	async show(id: string): Promise<void> {
		this.source = this.sources[id] ?? null;
		if (!this.source) return;
		this.onLoss = this.source.onLoss;
		await this.updateComplete;
		this.form.reset();
		if (!this.dialog.open) this.dialog.showModal();
	}

	override render() {
		const { source } = this;
		return html`<dialog aria-labelledby="title" data-testid="source-settings">
			<h2 id="title">${source?.label}</h2>
			${source ? this.#fields(source) : nothing}
		</dialog>`;
	}

	#fields(source: Source) {
		const others = ordered(this.sources).filter(({ id }) => id !== source.id);
		return html`<form method="dialog" @submit=${this.#save}>
			<label>Name
				<input name="label" data-testid="source-label" value=${source.label} maxlength="80" required autocomplete="off" />
			</label>
			<div class="row">
				<label>Colour <input name="colour" type="color" data-testid="source-colour" value=${source.colour} /></label>
				<label>Delay, ms
					<input name="delayMs" type="number" data-testid="source-delay" min="0" max="1000" step="any" value=${source.delayMs} required />
				</label>
			</div>
			<label>When it is lost
				<select name="onLoss" data-testid="source-on-loss" @change=${this.#choose}>
					${Object.entries(lossWords).map(
						([value, words]) => html`<option value=${value} ?selected=${value === source.onLoss}>${words}</option>`,
					)}
				</select>
			</label>
			<label ?hidden=${this.onLoss !== 'backup'}>Source to show
				<select name="backup" data-testid="source-backup" ?required=${this.onLoss === 'backup'}>
					<option value="" ?selected=${source.backup === null}>Choose…</option>
					${others.map(({ id, label }) => html`<option value=${id} ?selected=${id === source.backup}>${label}</option>`)}
				</select>
			</label>
			<div class="actions">
				<button type="button" data-testid="source-cancel" @click=${() => this.dialog.close()}>Cancel</button>
				<button class="primary" data-testid="source-save">Save</button>
			</div>
		</form>`;
	}

	#choose(event: Event): void {
		this.onLoss = (event.target as HTMLSelectElement).value as Source['onLoss'];
	}

	/** Sends what was changed here and nothing else. */
	#save(): void {
		const { source } = this;
		if (!source) return;
		const fields = new FormData(this.form);
		const wanted: Required<Pick<SourcePatch, 'label' | 'colour' | 'delayMs' | 'onLoss' | 'backup'>> = {
			label: String(fields.get('label')).trim(),
			colour: String(fields.get('colour')),
			delayMs: Number(fields.get('delayMs')),
			onLoss: this.onLoss,
			backup: String(fields.get('backup')) || null,
		};
		const patch = Object.fromEntries(Object.entries(wanted).filter(([key, value]) => source[key as keyof Source] !== value));
		if (Object.keys(patch).length > 0) void this.commands.source(source.id, patch);
	}
}
