import { css, html, LitElement, type PropertyValues } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { ShowPlan } from '../../../service/contract/ready.js';
import type { Requests } from '../../data/requests.js';
import { base } from '../../elements/styles.js';
import { t } from '../../texts/texts.js';

/** Planned length of the show in hours and minutes. Saved as it is typed. */
@customElement('r58-plan-field')
export class PlanField extends LitElement {
	static override styles = [
		base,
		css`
			form { display: flex; flex-wrap: wrap; align-items: center; gap: 6px 8px; }
			fieldset { display: contents; }
			legend { float: left; padding: 0; font-weight: 600; }
			label { display: flex; align-items: center; gap: 6px; font-weight: 400; }
			input { width: 72px; }
		`,
	];
	@property({ attribute: false }) requests!: Requests;
	@property({ attribute: false }) plan!: ShowPlan;
	/** Last value put into the fields. Not updated while someone types: the response to one field would overwrite the other. */
	@state() private shown: ShowPlan = { minutes: null };
	@state() private error: string | null = null;

	protected override willUpdate(changed: PropertyValues<this>): void {
		if (changed.has('plan') && !this.matches(':focus-within')) this.shown = this.plan;
	}

	override render() {
		const { minutes } = this.shown;
		const hours = minutes === null ? '' : String(Math.floor(minutes / 60));
		const rest = minutes === null ? '' : String(minutes % 60);
		return html`<form @submit=${(event: Event) => event.preventDefault()} @change=${this.#save}>
			<fieldset>
				<legend id="legend">${t.ready.plan.title}</legend>
				<label><input name="hours" type="number" min="0" max="8760" inputmode="numeric" aria-describedby="legend" data-testid="plan-hours" .value=${hours} />${t.ready.plan.hours}</label>
				<label><input name="minutes" type="number" min="0" max="59" inputmode="numeric" aria-describedby="legend" data-testid="plan-minutes" .value=${rest} />${t.ready.plan.minutes}</label>
			</fieldset>
			${this.error === null ? '' : html`<span class="callout" role="alert">${this.error}</span>`}
		</form>`;
	}

	async #save(event: Event): Promise<void> {
		const form = event.currentTarget as HTMLFormElement;
		this.error = form.checkValidity() ? null : t.ready.plan.range;
		if (this.error !== null) return;
		const values = new FormData(form);
		const minutes = Number(values.get('hours')) * 60 + Number(values.get('minutes'));
		await this.requests.send('PUT', '/api/ready/plan', { minutes: minutes > 0 ? minutes : null } satisfies ShowPlan);
		this.dispatchEvent(new Event('planned'));
	}
}
