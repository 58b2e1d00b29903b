import { html, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { Source } from '../../../service/contract/sources.js';
import { request } from '../../data/http.js';
import { FormDialog } from '../../elements/form-dialog.js';
import { newChoice, type RtpChoice, rtpFields, rtpOf, rtpSources } from '../../elements/rtp-fields.js';
import { t } from '../../texts/texts.js';

/** Adds an RTP source. Event `added` with its id. */
@customElement('r58-rtp-dialog')
export class RtpDialog extends FormDialog {
	@property({ attribute: false }) sources: Record<string, Source> = {};
	@state() private choice: RtpChoice | null = null;
	@state() private suggestion = '';
	protected readonly name = 'rtp';

	show(): Promise<void> {
		this.choice = newChoice(this.sources);
		this.suggestion = t.inputs.rtp.suggestion(rtpSources(this.sources).length + 1);
		return this.open();
	}

	protected heading(): string {
		return t.inputs.addRtp;
	}

	protected action(): string {
		return this.busy ? t.words.adding : t.words.add;
	}

	protected fields() {
		if (!this.choice) return nothing;
		return html`
			<p class="dim">${t.inputs.rtp.hint}</p>
			<label>${t.words.name}
				<input name="label" data-testid="rtp-label" value=${this.suggestion} maxlength="80" required autocomplete="off" />
			</label>
			${rtpFields(this.choice, (choice) => (this.choice = choice))}
		`;
	}

	protected async save(values: FormData): Promise<void> {
		const body = { kind: 'rtp', label: String(values.get('label')).trim(), ...rtpOf(this.choice!) };
		const { id } = await request<Source>('POST', '/api/sources', { body });
		this.dispatchEvent(new CustomEvent<string>('added', { detail: id }));
	}
}
