import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { LogEntry } from '../../../service/contract/showLog.js';
import { clockTime } from '../../elements/format.js';
import { badgeStyles, base } from '../../elements/styles.js';
import { t } from '../../texts/texts.js';
import { toneOf } from './words.js';

/** One entry: when, what, who. */
@customElement('r58-log-row')
export class LogRow extends LitElement {
	static override styles = [
		base,
		badgeStyles,
		css`
			:host {
				display: grid;
				grid-template-columns: 82px 104px minmax(0, 1fr) auto;
				gap: 2px 10px;
				align-items: baseline;
				padding: 7px 12px;
				border-top: 1px solid var(--line);
			}
			time { font-variant-numeric: tabular-nums; }
			p { overflow-wrap: anywhere; }
			.badge { justify-self: start; }
			.badge[data-state='program']::before { background: var(--program); border-radius: 0; }
			.figures { text-align: right; white-space: nowrap; }
			:host([note]) p { font-weight: 700; }
			@media (max-width: 599px) {
				:host { grid-template-columns: auto minmax(0, 1fr); padding: 8px 10px; }
				.badge { justify-self: end; }
				p, .figures { grid-column: 1 / -1; text-align: left; }
				.figures { white-space: normal; }
			}
		`,
	];
	@property({ attribute: false }) entry!: LogEntry;

	override willUpdate(): void {
		this.toggleAttribute('note', this.entry.kind === 'note');
	}

	override render() {
		const { at, kind, text, who, frame, timecode } = this.entry;
		const clock = clockTime(at);
		return html`<time datetime=${at} title=${at}>${clock}</time>
			<span class="badge" data-state=${toneOf(this.entry)}>${t.showLog.kindName[kind]}</span>
			<p>${text}${who === null ? nothing : html` <span class="dim small">${t.showLog.by(who)}</span>`}</p>
			<span class="dim small figures" title=${t.showLog.timecode}
				>${timecode}${frame === null ? nothing : html` · ${t.showLog.frame(frame)}`}</span
			>`;
	}
}
