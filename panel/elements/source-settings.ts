import { html, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { Source, SourcePatch } from '../../service/contract/sources.js';
import type { System } from '../../service/contract/system.js';
import { request } from '../data/http.js';
import { ordered } from '../data/scenes.js';
import { t } from '../texts/texts.js';
import { FormDialog } from './form-dialog.js';
import { type OwnFields, viewOf } from './source-kinds.js';

/** Name, colour, delay, sound and loss behaviour of a source, plus the fields of its kind. */
@customElement('r58-source-settings')
export class SourceSettings extends FormDialog {
	@property({ attribute: false }) sources: Record<string, Source> = {};
	@property({ attribute: false }) soundCards: System['soundCards'] = [];
	/** As it was when the dialog opened, so that changes by others do not move the fields. */
	@state() private source: Source | null = null;
	@state() private onLoss: Source['onLoss'] = 'hold';
	@state() private delayAuto = false;
	#own: OwnFields | undefined;
	protected readonly name = 'source';

	async show(id: string): Promise<void> {
		this.source = this.sources[id] ?? null;
		if (!this.source) return;
		this.onLoss = this.source.onLoss;
		this.delayAuto = this.source.delayAuto;
		this.#own = viewOf(this.source).ownFields?.(this.source, this.sources, () => this.requestUpdate());
		await this.open();
	}

	protected heading(): string {
		return this.source?.label ?? '';
	}

	protected action(): string {
		return this.busy ? t.words.saving : t.words.save;
	}

	protected fields() {
		const { source } = this;
		if (!source) return nothing;
		const others = ordered(this.sources).filter(({ id }) => id !== source.id);
		return html`
			<label>${t.words.name}
				<input name="label" data-testid="source-label" value=${source.label} maxlength="80" required autocomplete="off" />
			</label>
			<div class="row">
				<label>${t.elements.source.colour} <input name="colour" type="color" data-testid="source-colour" value=${source.colour} /></label>
				<label>${t.elements.source.delay}
					<input name="delayMs" type="number" data-testid="source-delay" min="0" max="1000" step="any" value=${source.delayMs} required
						?disabled=${this.delayAuto} />
				</label>
			</div>
			${
				viewOf(source).followsLine
					? html`<label class="check">
							<input type="checkbox" data-testid="source-delay-auto" .checked=${this.delayAuto} @change=${this.#chooseDelay} />
							${t.elements.source.autoDelay}
						</label>`
					: nothing
			}
			${this.#own?.render() ?? nothing}
			${this.#sound(source)}
			<label>${t.elements.source.onLoss}
				<select name="onLoss" data-testid="source-on-loss" @change=${this.#choose}>
					${Object.entries(t.elements.source.losses).map(
						([value, words]) => html`<option value=${value} ?selected=${value === source.onLoss}>${words}</option>`,
					)}
				</select>
			</label>
			<label ?hidden=${this.onLoss !== 'backup'}>${t.elements.source.backup}
				<select name="backup" data-testid="source-backup" ?required=${this.onLoss === 'backup'}>
					<option value="" ?selected=${source.backup === null}>${t.elements.source.choose}</option>
					${others.map(({ id, label }) => html`<option value=${id} ?selected=${id === source.backup}>${label}</option>`)}
				</select>
			</label>
		`;
	}

	#sound({ id, alsaDevice }: Source) {
		const cards = [...this.soundCards];
		if (alsaDevice !== null && !cards.some(({ device }) => device === alsaDevice))
			cards.push({ device: alsaDevice, label: t.elements.source.unplugged(alsaDevice) });
		const userOf = (card: string) => Object.values(this.sources).find((source) => source.id !== id && source.alsaDevice === card);
		return html`<label>${t.elements.source.card}
			<select name="alsaDevice" data-testid="source-sound-card">
				<option value="" ?selected=${alsaDevice === null}>${t.words.none}</option>
				${cards.map(({ device, label }) => {
					const user = userOf(device);
					return html`<option value=${device} ?selected=${device === alsaDevice}>${user ? t.elements.source.inUse(label, user.label) : label}</option>`;
				})}
			</select>
			<span class="hint">
				${cards.length === 0 ? t.elements.source.noCard : t.elements.source.cardHint}
			</span>
		</label>`;
	}

	#chooseDelay(event: Event): void {
		this.delayAuto = (event.target as HTMLInputElement).checked;
	}

	#choose(event: Event): void {
		this.onLoss = (event.target as HTMLSelectElement).value as Source['onLoss'];
	}

	/** Sends only what was changed here. */
	protected async save(values: FormData): Promise<void> {
		const source = this.source!;
		const wanted: SourcePatch = {
			label: String(values.get('label')).trim(),
			colour: String(values.get('colour')),
			// An automatic delay is not the operator's number.
			...(this.delayAuto ? { delayAuto: true } : { delayMs: Number(values.get('delayMs')), delayAuto: false }),
			alsaDevice: String(values.get('alsaDevice')) || null,
			onLoss: this.onLoss,
			backup: String(values.get('backup')) || null,
			...this.#own?.patch(),
		};
		const before = source as SourcePatch;
		const changed = Object.entries(wanted).filter(
			([key, value]) => JSON.stringify(before[key as keyof SourcePatch]) !== JSON.stringify(value),
		);
		if (changed.length === 0) return;
		await request('PATCH', `/api/sources/${encodeURIComponent(source.id)}`, { body: Object.fromEntries(changed) });
	}
}
