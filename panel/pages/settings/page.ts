import { css, html, LitElement, nothing, type TemplateResult } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import type { BackupPending } from '../../../service/contract/backup.js';
import { atLeast } from '../../../service/contract/roles.js';
import type { Session } from '../../../service/contract/sessions.js';
import type { SettingsFile, SettingsStatus } from '../../../service/contract/settings.js';
import { request, sentence } from '../../data/http.js';
import type { Question } from '../../data/requests.js';
import type { Confirm } from '../../elements/confirm.js';
import { localTime } from '../../elements/format.js';
import { base, pageStyles } from '../../elements/styles.js';
import { common } from '../../texts/common.js';
import { t } from '../../texts/texts.js';
import type { AccessDialog } from './access-dialog.js';
import type { ProgramDialog } from './program-dialog.js';
import type { ResetDialog } from './reset-dialog.js';
import type { SettingsSections } from './values.js';
import './access-dialog.js';
import './backup-card.js';
import './file-view.js';
import './program-dialog.js';
import './reset-dialog.js';
import './section-card.js';
import '../../elements/confirm.js';
import '../../elements/page-head.js';

/** An editor may change the file too. */
const askEveryMs = 3_000;

/** All settings, where they come from, and how to change them. For technicians. */
@customElement('r58-settings-page')
export class SettingsPage extends LitElement {
	static override styles = [
		base,
		pageStyles,
		css`
			.row { display: flex; flex-wrap: wrap; gap: 8px 12px; align-items: center; }
			.row p { flex: 1 1 260px; }
			.waiting { display: flex; flex-wrap: wrap; gap: 10px 20px; align-items: center; padding: 14px 16px; background: var(--warn-surface); border: 2px solid var(--warn); border-radius: var(--radius); }
			.waiting p { flex: 1 1 280px; }
			section { display: grid; gap: 10px; grid-template-columns: minmax(0, 1fr); }
		`,
	];
	@property({ attribute: false }) session: Session | null = null;
	@state() private file: SettingsFile | null = null;
	@state() private values: SettingsSections | null = null;
	@state() private pending: BackupPending | null = null;
	@state() private error: string | null = null;
	@state() private restarting = false;
	@query('r58-access-dialog') private access!: AccessDialog;
	@query('r58-program-dialog') private program!: ProgramDialog;
	@query('r58-reset-dialog') private reset!: ResetDialog;
	@query('r58-confirm') private confirm!: Confirm;
	#timer = 0;

	override connectedCallback(): void {
		super.connectedCallback();
		if (!this.session || !atLeast(this.session.role, 'technician')) {
			this.error = t.words.techniciansOnly(t.words.roles[this.session?.role ?? 'operator']);
			return;
		}
		void this.#load();
		this.#timer = window.setInterval(() => void this.#follow(), askEveryMs);
	}

	override disconnectedCallback(): void {
		super.disconnectedCallback();
		window.clearInterval(this.#timer);
	}

	override render() {
		return html`<main class="page">
			<r58-page-head heading=${common.pages.settings}></r58-page-head>
			${this.error ? html`<p class="callout" role="alert" data-testid="settings-error">${this.error}</p>` : nothing}
			${this.file && this.values ? this.#sections(this.file, this.values) : this.error ? nothing : html`<p role="status">${t.words.loading}</p>`}
		</main>
		<r58-access-dialog @saved=${this.#load}></r58-access-dialog>
		<r58-program-dialog @saved=${this.#load}></r58-program-dialog>
		<r58-reset-dialog @saved=${this.#load}></r58-reset-dialog>
		<r58-confirm></r58-confirm>`;
	}

	#sections(file: SettingsFile, values: SettingsSections) {
		const broken = file.problems.length > 0;
		const changes: Record<string, TemplateResult> = {
			network: html`<a class="button" href="/network" data-testid="change-network">${t.settings.changeNetwork}</a>`,
			access: html`<button data-testid="change-access" ?disabled=${broken} @click=${() => this.access.show(values.access)}>${t.settings.change}</button>`,
			program: html`<button data-testid="change-program" ?disabled=${broken} @click=${() => this.program.show(values.program)}>${t.settings.change}</button>`,
		};
		return html`
			${broken ? html`<p class="callout" role="alert" data-testid="file-broken">${t.settings.broken(file.problems[0]!.line)}</p>` : nothing}
			${this.#waiting(file)}
			${Object.keys(file.applies).map(
				(name) =>
					html`<r58-settings-section class="card" .name=${name} .file=${file}><div>${changes[name] ?? nothing}</div></r58-settings-section>`,
			)}
			<r58-settings-file class="card" .file=${file}></r58-settings-file>
			<r58-backup-card class="card" .pending=${this.pending} .ask=${this.#ask} @changed=${this.#load}></r58-backup-card>
			<section class="card">
				<h2>${t.settings.reset.title}</h2>
				<div class="row">
					<p>${t.settings.reset.text}</p>
					<button data-testid="reset-button" @click=${() => this.reset.show()}>${t.settings.reset.open}</button>
				</div>
			</section>
		`;
	}

	/** What waits for a restart, and the restart button. */
	#waiting({ restart }: SettingsFile) {
		const { pending = null, canRestart = false } = this.pending ?? {};
		if (pending === null && restart.length === 0) return nothing;
		const words = t.settings.waiting;
		const what = pending
			? (pending.kind === 'restore' ? words.restore : words.reset)(localTime(pending.at))
			: words.changed(restart.join(', '));
		return html`<div class="waiting" role="status" data-testid="waiting">
			<p><b>⚠ ${words.title}</b> ${what} ${canRestart ? '' : words.byHand}</p>
			${pending ? html`<button data-testid="pending-cancel" @click=${this.#cancel}>${words.cancel}</button>` : nothing}
			${canRestart ? html`<button class="danger" data-testid="restart-button" ?disabled=${this.restarting} @click=${this.#restart}>${this.restarting ? words.restarting : words.restart}</button>` : nothing}
		</div>`;
	}

	#ask = (question: Question): Promise<boolean> => this.confirm.ask(question);

	async #restart(): Promise<void> {
		const { ask: title, text, action } = t.settings.restart;
		if (!(await this.#ask({ title, text, action }))) return;
		await this.#try(async () => {
			await request('POST', '/api/system/restart');
			this.restarting = true;
		});
	}

	async #cancel(): Promise<void> {
		await this.#try(async () => {
			this.pending = await request<BackupPending>('DELETE', '/api/backup/pending');
		});
	}

	#load = (): Promise<void> =>
		this.#try(async () => {
			[this.file, this.values, this.pending] = await Promise.all([
				request<SettingsFile>('GET', '/api/settings/file'),
				request<SettingsSections>('GET', '/api/settings'),
				request<BackupPending>('GET', '/api/backup/pending'),
			]);
			this.restarting = false;
		});

	async #follow(): Promise<void> {
		if (document.hidden) return;
		await this.#try(async () => {
			const { revision } = await request<SettingsStatus>('GET', '/api/settings/status');
			if (revision !== this.file?.revision || this.restarting || this.error !== null) await this.#load();
		});
	}

	async #try(action: () => Promise<void>): Promise<void> {
		try {
			await action();
			this.error = null;
		} catch (error) {
			this.error = this.restarting ? t.settings.restart.running : sentence(error);
		}
	}
}
