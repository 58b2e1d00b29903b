import { css, html, LitElement, nothing } from 'lit';
import { customElement } from 'lit/decorators.js';
import type { Recording } from '../../service/api/schema.js';
import { Show } from '../api/show.js';
import { bytes, duration, localTime } from '../common/format.js';
import { base, pageStyles } from '../common/styles.js';
import '../common/theme-switch.js';

const words: Record<Recording['state'], string> = {
	starting: 'Starting',
	recording: 'Recording',
	stopping: 'Stopping',
	finished: 'Finished',
	fault: 'Ended by a fault',
};

/** What was recorded, newest first, with its files. */
@customElement('r58-recordings-page')
export class RecordingsPage extends LitElement {
	static override styles = [
		base,
		pageStyles,
		css`
			li.card { display: grid; gap: 8px; }
			.head { display: flex; flex-wrap: wrap; align-items: center; gap: 4px 14px; }
			.head b { font-size: 1.05rem; margin-right: auto; overflow-wrap: anywhere; }
			.state { padding: 1px 8px; border-radius: 4px; background: var(--raised); font-weight: 600; font-size: 0.85rem; }
			.state.recording { background: var(--program); color: var(--program-text); }
			.state.fault { background: var(--bad-surface); }
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
	#show = new Show(this);

	override render() {
		const { state, online } = this.#show;
		const recordings = Object.values(state?.recordings ?? {}).sort((a, b) => b.startedAt.localeCompare(a.startedAt));
		return html`<div class="page">
			<div class="top"><h1>Recordings</h1><a class="button" href="/switcher">Switcher</a><r58-theme-switch></r58-theme-switch></div>
			${
				state && !online
					? html`<p class="problem" role="alert">Panel offline – recordings go on. Reconnecting by itself…</p>`
					: nothing
			}
			${
				state?.system.disk
					? html`<p class="dim">${bytes(state.system.disk.freeBytes)} of ${bytes(state.system.disk.totalBytes)} left</p>`
					: nothing
			}
			${!state ? html`<p role="status">Loading…</p>` : nothing}
			${
				state && recordings.length === 0
					? html`<p class="card dim">Nothing recorded yet. Press Record on the switcher: the file is here from then on.</p>`
					: nothing
			}
			<ul class="recordings">${recordings.map((recording) => this.#recording(recording))}</ul>
		</div>`;
	}

	#recording({ id, name, state, startedAt, durationMs, files, lastError }: Recording) {
		return html`<li class="card" data-testid="recording-${id}">
			<div class="head">
				<b>${name}</b><span class="state ${state}">${words[state]}</span><span>${duration(durationMs)}</span>
				<span class="dim">${localTime(startedAt)}</span>
			</div>
			${lastError ? html`<p class="problem">${lastError}</p>` : nothing}
			${files.length === 0 ? html`<p class="dim small">No file yet.</p>` : nothing}
			${files.map(
				(file) => html`<div class="file">
					<span>${file.name}</span>
					<span class="dim small">${figures(file)}</span>
					<a
						class="button" data-testid="download" download=${file.name}
						href="/api/recordings/${encodeURIComponent(id)}/files/${encodeURIComponent(file.name)}"
					>Download</a>
				</div>`,
			)}
		</li>`;
	}
}

/** What is known of a file, in one line. */
function figures({ codec, width, height, fps, bytes: size }: Recording['files'][number]): string {
	const picture = height > 0 ? `${width}×${height}` : null;
	const rate = fps > 0 ? `${Math.round(fps * 100) / 100} fps` : null;
	return [codec, picture, rate, bytes(size)].filter(Boolean).join(' · ');
}
