import { html, nothing } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import type { Target, TargetPatch } from '../../../service/contract/targets.js';
import { request } from '../../data/http.js';
import { FormDialog } from '../../elements/form-dialog.js';
import { t } from '../../texts/texts.js';
import { type KindFields, targetKinds } from './target-kinds.js';

/** Adds or changes a target. */
@customElement('r58-target-dialog')
export class TargetDialog extends FormDialog {
	/** As it was when the dialog opened; null for a new one. */
	@state() private target: Target | null = null;
	#own: KindFields | null = null;
	protected readonly name = 'target';

	show(target: Target | null): Promise<void> {
		this.target = target;
		this.#own = targetKinds[target?.kind ?? 'rtp'].fields(target, () => this.requestUpdate());
		return this.open();
	}

	protected heading(): string {
		return this.target?.label ?? t.targets.add;
	}

	protected action(): string {
		if (this.target) return this.busy ? t.words.saving : t.words.save;
		return this.busy ? t.words.adding : t.targets.addAndStart;
	}

	protected fields() {
		const { target } = this;
		if (!this.#own) return nothing;
		return html`
			${target ? nothing : html`<p class="dim">${t.targets.format}</p>`}
			<label>${t.words.name}
				<input name="label" data-testid="target-label" value=${target?.label ?? ''} placeholder=${t.targets.example} maxlength="80" required autocomplete="off" />
			</label>
			${this.#own.render()}
		`;
	}

	protected async save(values: FormData): Promise<void> {
		const wanted = { label: String(values.get('label')).trim(), ...this.#own!.values(values) };
		const { target } = this;
		if (!target) {
			await request('POST', '/api/targets', { body: wanted });
			return;
		}
		const patch: TargetPatch = Object.fromEntries(
			Object.entries(wanted).filter(([key, value]) => target[key as keyof typeof wanted] !== value),
		);
		if (Object.keys(patch).length > 0) await request('PATCH', `/api/targets/${encodeURIComponent(target.id)}`, { body: patch });
	}
}
