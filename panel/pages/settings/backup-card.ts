import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { BackupPending, BackupPlan } from '../../../service/contract/backup.js';
import { request, send, sentence } from '../../data/http.js';
import type { Question } from '../../data/requests.js';
import { localTime } from '../../elements/format.js';
import { base } from '../../elements/styles.js';
import { t } from '../../texts/texts.js';

/** Deriving a key from a passphrase takes a moment, longer on a busy studio. */
const timeoutMs = 60_000;

/** Backup and restore; nothing is restored until the changes have been shown. */
@customElement('r58-backup-card')
export class BackupCard extends LitElement {
	static override styles = [
		base,
		css`
			:host { display: grid; gap: 12px; grid-template-columns: minmax(0, 1fr); }
			form { display: grid; gap: 10px; grid-template-columns: repeat(auto-fit, minmax(min(240px, 100%), 1fr)); align-items: end; }
			label { display: grid; gap: 4px; align-content: start; }
			h3 { margin: 6px 0 0; font-size: 1rem; }
			.wide { grid-column: 1 / -1; }
			.actions { display: flex; flex-wrap: wrap; gap: 8px; align-items: center; }
			.plan { display: grid; gap: 8px; padding: 12px; border: 1px solid var(--line); border-radius: var(--radius); }
			.plan li { padding: 2px 0; overflow-wrap: anywhere; }
			input[type='file'] { padding: 9px; }
			.done { color: var(--ok); }
		`,
	];
	@property({ attribute: false }) ask!: (question: Question) => Promise<boolean>;
	@property({ attribute: false }) pending: BackupPending | null = null;
	@state() private plan: BackupPlan | null = null;
	@state() private error: string | null = null;
	@state() private done: string | null = null;
	@state() private busy: string | null = null;
	#archive: { file: File; headers: Record<string, string> } | null = null;

	override render() {
		const words = t.settings.backup;
		return html`
			<h2>${words.title}</h2>
			<p class="small">${words.text}</p>
			<form @submit=${this.#download}>
				<label>${words.passphrase}
					<input name="passphrase" type="password" autocomplete="new-password" minlength="8" placeholder=${words.noPassphrase} data-testid="backup-passphrase" />
				</label>
				<div class="actions"><button data-testid="backup-download" ?disabled=${this.busy !== null}>${words.download}</button></div>
				<p class="wide small dim">${words.passphraseHint}</p>
			</form>
			<h3>${words.restore}</h3>
			<form @submit=${this.#look}>
				<label>${words.file}<input name="file" type="file" accept=".gz,application/gzip" required data-testid="restore-file" /></label>
				<label>${words.itsPassphrase}<input name="passphrase" type="password" autocomplete="off" placeholder=${words.none} data-testid="restore-passphrase" /></label>
				<div class="actions"><button data-testid="restore-look" ?disabled=${this.busy !== null}>${words.preview}</button></div>
			</form>
			${this.busy ? html`<p role="status">${this.busy}</p>` : nothing}
			${this.error ? html`<p class="callout" role="alert" data-testid="backup-error">${this.error}</p>` : nothing}
			${this.done ? html`<p class="done" role="status" data-testid="backup-done">${this.done}</p>` : nothing}
			${this.plan ? this.#planned(this.plan) : nothing}
			${this.#undo()}
		`;
	}

	#planned({ madeAt, version, secrets, changes, left, restart }: BackupPlan) {
		const words = t.settings.backup;
		return html`<div class="plan" data-testid="restore-plan">
			<p><b>${words.planTitle(localTime(madeAt))}</b> <span class="dim small">${words.version(version)}</span></p>
			${secrets === 'locked' ? html`<p>${words.locked}</p>` : nothing}
			${
				changes.length === 0
					? html`<p>${words.nothing}</p>`
					: html`<p>${words.changes}</p><ul>${changes.map(({ text }) => html`<li>• ${text}</li>`)}</ul>`
			}
			${left.length === 0 ? nothing : html`<p>${words.left}</p><ul>${left.map((text) => html`<li>• ${text}</li>`)}</ul>`}
			<div class="actions">
				<button data-testid="restore-cancel" @click=${() => (this.plan = null)}>${changes.length === 0 ? t.words.close : t.words.cancel}</button>
				${
					changes.length === 0
						? nothing
						: html`<button class="danger" data-testid="restore-do" ?disabled=${this.busy !== null} @click=${this.#restore}>${words.restore}</button>
							<span class="small dim">${restart ? words.afterRestart : words.immediately}</span>`
				}
			</div>
		</div>`;
	}

	#undo() {
		const { undo = null, pending = null } = this.pending ?? {};
		if (undo === null || pending !== null) return nothing;
		const words = t.settings.backup;
		return html`<div class="actions">
			<button data-testid="restore-undo" ?disabled=${this.busy !== null} @click=${this.#goBack}>${words.undo}</button>
			<span class="small dim">${words.undoTo(localTime(undo.of))}</span>
		</div>`;
	}

	async #download(event: SubmitEvent): Promise<void> {
		event.preventDefault();
		const form = event.target as HTMLFormElement;
		await this.#try(t.settings.backup.making, async () => {
			const response = await send('/api/backup', { headers: headersOf(form), signal: AbortSignal.timeout(timeoutMs) });
			const name = /filename="([^"]+)"/.exec(response.headers.get('content-disposition') ?? '')?.[1] ?? 'r58-backup.tar.gz';
			const url = URL.createObjectURL(await response.blob());
			const link = Object.assign(document.createElement('a'), { href: url, download: name });
			link.click();
			setTimeout(() => URL.revokeObjectURL(url), timeoutMs);
			form.reset();
			this.done = t.settings.backup.made(name);
		});
	}

	async #look(event: SubmitEvent): Promise<void> {
		event.preventDefault();
		const form = event.target as HTMLFormElement;
		this.#archive = { file: new FormData(form).get('file') as File, headers: headersOf(form) };
		this.plan = null;
		await this.#try(t.settings.backup.reading, async () => {
			this.plan = await this.#post(true);
		});
	}

	async #restore(): Promise<void> {
		const { restoreAsk: title, restoreText: text, restore: action } = t.settings.backup;
		if (!(await this.ask({ title, text, action }))) return;
		await this.#try(t.settings.backup.restoring, async () => {
			const { restart } = await this.#post(false);
			this.plan = null;
			this.done = restart ? t.settings.backup.restoreWaits : t.settings.backup.restored;
			this.dispatchEvent(new Event('changed'));
		});
	}

	async #goBack(): Promise<void> {
		const { undoAsk: title, undoText: text, undoAction: action } = t.settings.backup;
		if (!(await this.ask({ title, text, action }))) return;
		await this.#try(t.settings.backup.undoing, async () => {
			const { restart } = await request<BackupPlan>('POST', '/api/backup/undo');
			this.done = restart ? t.settings.backup.restoreWaits : t.settings.backup.undone;
			this.dispatchEvent(new Event('changed'));
		});
	}

	async #post(dryRun: boolean): Promise<BackupPlan> {
		const { file, headers } = this.#archive!;
		const response = await send(`/api/backup?dryRun=${dryRun}`, {
			method: 'POST',
			headers: { ...headers, 'content-type': 'application/gzip' },
			body: file,
			signal: AbortSignal.timeout(timeoutMs),
		});
		return (await response.json()) as BackupPlan;
	}

	async #try(what: string, action: () => Promise<void>): Promise<void> {
		this.busy = what;
		this.error = null;
		this.done = null;
		try {
			await action();
		} catch (error) {
			this.error = sentence(error);
		} finally {
			this.busy = null;
		}
	}
}

function headersOf(form: HTMLFormElement): Record<string, string> {
	const passphrase = String(new FormData(form).get('passphrase') ?? '');
	return passphrase === '' ? {} : { 'r58-passphrase': encodeURIComponent(passphrase) };
}
