import { css, html, LitElement, nothing } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import type { AlertStatus, AlertTest } from '../../../service/contract/health.js';
import { type Severity, severities } from '../../../service/contract/levels.js';
import { RequestError, request, sentence } from '../../data/http.js';
import { asSentence } from '../../data/refusal.js';
import { fieldError } from '../../elements/field-error.js';
import { base } from '../../elements/styles.js';
import { textOf } from '../../elements/typed.js';
import { t } from '../../texts/texts.js';

interface Values {
	webhook: string | null;
	/** True if one is set; it is never shown. */
	secret: string | true | null;
	minSeverity: Severity;
}

/** Alerts to a webhook. */
@customElement('r58-alerts-block')
export class AlertsBlock extends LitElement {
	static override styles = [
		base,
		css`
			:host { display: grid; gap: 10px; grid-template-columns: minmax(0, 1fr); }
			.fields { display: grid; gap: 10px 12px; grid-template-columns: repeat(auto-fill, minmax(min(100%, 260px), 1fr)); align-items: end; }
			label { display: grid; gap: 4px; }
			.row { display: flex; flex-wrap: wrap; gap: 8px 12px; align-items: center; }
			.ok { color: var(--ok); }
		`,
	];
	@state() private values: Values | null = null;
	@state() private status: AlertStatus | null = null;
	@state() private said: { text: string; bad: boolean } | null = null;
	@state() private fields: Readonly<Record<string, string>> = {};
	@state() private busy = false;

	override connectedCallback(): void {
		super.connectedCallback();
		void this.#try(async () => {
			this.values = (await request<{ alerts: Values }>('GET', '/api/settings')).alerts;
			await this.#count();
		});
	}

	override render() {
		return html`<h2>${t.health.alerts.title}</h2>
			<p class="dim">
				${t.health.alerts.text}
			</p>
			${this.values ? this.#form(this.values) : nothing}
			${this.said ? html`<p role="status" data-testid="alerts-said" class=${this.said.bad ? 'callout' : 'ok'}>${this.said.text}</p>` : nothing}
			${this.status?.to ? this.#counts(this.status) : nothing}`;
	}

	#form({ webhook, secret, minSeverity }: Values) {
		const words = t.health.alerts;
		return html`<div class="fields">
				<label>${words.webhook}<input
					type="url" data-testid="alerts-webhook" .value=${webhook ?? ''} placeholder="http://192.168.1.20:8080/r58"
					@change=${(event: Event) => this.#set({ webhook: textOf(event) || null })}
				/></label>
				<label>${words.secret}<input
					type="password" autocomplete="new-password" data-testid="alerts-secret" .value=${typeof secret === 'string' ? secret : ''}
					placeholder=${secret === true ? t.words.networkSecret : words.noSecret}
					@change=${(event: Event) => this.#set({ secret: textOf(event) || secret })}
				/>${fieldError(this.fields['alerts.secret'], 'alerts-secret-error')}</label>
				<label>${words.severity}<select data-testid="alerts-severity" @change=${(event: Event) => this.#set({ minSeverity: textOf(event) as Severity })}>
					${severities.map((name) => html`<option value=${name} ?selected=${name === minSeverity}>${words.severities[name]}</option>`)}
				</select></label>
			</div>
			<div class="row">
				<button class="primary" data-testid="alerts-save" ?disabled=${this.busy} @click=${this.#save}>${t.words.save}</button>
				<button data-testid="alerts-test" ?disabled=${this.busy || webhook === null} @click=${this.#test}>${this.busy ? words.busy : words.test}</button>
				${secret === null ? nothing : html`<button class="plain" ?disabled=${this.busy} @click=${() => this.#set({ secret: null })}>${words.removeSecret}</button>`}
			</div>`;
	}

	#counts({ to, sent, failed, dropped, waiting, lastError }: AlertStatus) {
		const lost = failed + dropped;
		const words = t.health.alerts;
		return html`<p class="dim small">
			${words.counts(to ?? '', sent, waiting)}${lost > 0 ? html`, <b>${words.lost(lost)}</b>` : nothing}.${lastError ? ` ${words.lastFault(asSentence(lastError))}` : ''}
		</p>`;
	}

	#set(change: Partial<Values>): void {
		this.values = { ...this.values!, ...change };
		this.said = null;
	}

	#save(): Promise<void> {
		return this.#try(async () => {
			this.values = (await request<{ alerts: Values }>('PATCH', '/api/settings', { body: { alerts: this.values } })).alerts;
			this.said = { text: t.words.saved, bad: false };
			await this.#count();
		});
	}

	/** Saves the form first, so that the test uses what it shows. */
	#test(): Promise<void> {
		return this.#try(async () => {
			this.values = (await request<{ alerts: Values }>('PATCH', '/api/settings', { body: { alerts: this.values } })).alerts;
			const { delivered, message } = await request<AlertTest>('POST', '/api/alerts/test');
			this.said = { text: (delivered ? t.health.alerts.delivered : t.health.alerts.notDelivered)(message), bad: !delivered };
			await this.#count();
		});
	}

	async #count(): Promise<void> {
		this.status = await request<AlertStatus>('GET', '/api/alerts');
	}

	async #try(action: () => Promise<void>): Promise<void> {
		this.busy = true;
		this.fields = {};
		try {
			await action();
		} catch (error) {
			this.said = { text: sentence(error), bad: true };
			if (error instanceof RequestError) this.fields = error.refusal.fields ?? {};
		}
		this.busy = false;
	}
}
