import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { downloadName } from '../../../service/contract/downloadName.js';
import type { Recording } from '../../../service/contract/recordings.js';
import type { Session } from '../../../service/contract/sessions.js';
import { Commands } from '../../data/commands.js';
import { asSentence } from '../../data/refusal.js';
import { Show } from '../../data/show.js';
import { bytes, duration, localTime, picture } from '../../elements/format.js';
import { badgeStyles, base, pageStyles } from '../../elements/styles.js';
import { common } from '../../texts/common.js';
import { t } from '../../texts/texts.js';
import '../../elements/confirm.js';
import '../../elements/notices.js';
import '../../elements/page-head.js';
import '../../elements/safe-mode.js';
import '../../elements/record-block.js';

const running: Recording['state'][] = ['starting', 'recording', 'stopping'];

/** All recordings, newest first, with their files. */
@customElement('r58-recordings-page')
export class RecordingsPage extends LitElement {
	static override styles = [
		base,
		pageStyles,
		badgeStyles,
		css`
			li.card { display: grid; gap: 8px; }
			.head { display: flex; flex-wrap: wrap; align-items: center; gap: 4px 14px; }
			.head b { font-size: 1.05rem; margin-right: auto; overflow-wrap: anywhere; }
			.head button { margin-left: auto; }
			ul.recordings { display: grid; gap: 12px; }
			.file {
				display: flex;
				flex-wrap: wrap;
				align-items: center;
				gap: 4px 12px;
				border-top: 1px solid var(--line);
				padding-top: 8px;
			}
			.file span { flex: 1 1 200px; overflow-wrap: anywhere; }
		`,
	];
	@property({ attribute: false }) session: Session | null = null;
	#show = new Show(this);
	#commands = new Commands(this.#show, this);

	override render() {
		const { state, online } = this.#show;
		const recordings = Object.values(state?.recordings ?? {}).sort((a, b) => b.startedAt.localeCompare(a.startedAt));
		const now = recordings.find((recording) => running.includes(recording.state)) ?? null;
		return html`<main class="page">
			<r58-page-head heading=${common.pages.recordings} .offline=${state && !online ? t.recordings.offline : null}>
				<r58-record-block .commands=${this.#commands} .recording=${now} ?inert=${!online}></r58-record-block>
			</r58-page-head>
			<r58-safe-mode .requests=${this.#commands} .state=${state} .session=${this.session}></r58-safe-mode>
			${
				state?.system.disk
					? html`<p class="dim">${t.words.leftOf(bytes(state.system.disk.freeBytes), bytes(state.system.disk.totalBytes))}</p>`
					: nothing
			}
			${!state ? html`<p role="status">${t.words.loading}</p>` : nothing}
			${
				state && recordings.length === 0
					? html`<div class="card empty"><p><b>${t.recordings.none.title}</b> ${t.recordings.none.text}</p></div>`
					: nothing
			}
			<ul class="recordings" ?inert=${!online}>${recordings.map((recording) => this.#recording(recording))}</ul>
		</main>
		<r58-confirm></r58-confirm>
		<r58-notices></r58-notices>`;
	}

	#recording(recording: Recording) {
		const { id, name, state, startedAt, durationMs, files, lastError } = recording;
		return html`<li class="card" data-testid="recording-${id}">
			<div class="head">
				<b>${name}</b><span class="badge" data-state=${state}>${t.words.recordingStates[state]}</span><span>${duration(durationMs)}</span>
				<span class="dim">${localTime(startedAt)}</span>
				${
					running.includes(state)
						? nothing
						: html`<button data-testid="delete-${id}" aria-label=${t.recordings.deleteOf(name)} @click=${() => void this.#delete(recording)}>${t.words.delete}</button>`
				}
			</div>
			${lastError ? html`<p class="callout">${asSentence(lastError)}</p>` : nothing}
			${files.length === 0 ? html`<p class="dim small">${t.recordings.noFile}</p>` : nothing}
			${files.map(
				(file) => html`<div class="file">
					<span>${file.name}</span>
					<span class="dim small">${figures(file)}</span>
					<a
						class="button" data-testid="download" download=${downloadName(recording, file, this.#show.state?.sources[file.source ?? '']?.label)}
						href="/api/recordings/${encodeURIComponent(id)}/files/${encodeURIComponent(file.name)}"
					>${t.recordings.download}</a>
				</div>`,
			)}
		</li>`;
	}

	async #delete({ id, name, files }: Recording): Promise<void> {
		const size = bytes(files.reduce((sum, file) => sum + file.bytes, 0));
		const title = t.recordings.deleteAsk(name);
		const text = t.recordings.deleteText(files.length, size);
		if (!(await this.#commands.ask({ title, text, action: t.words.delete }))) return;
		await this.#commands.send('DELETE', `/api/recordings/${encodeURIComponent(id)}`);
	}
}

/** Codec, picture format and size of a file. */
function figures({ codec, width, height, fps, bytes: size }: Recording['files'][number]): string {
	return [codec, height > 0 ? picture({ width, height, fps }) : null, bytes(size)].filter(Boolean).join(' · ');
}
