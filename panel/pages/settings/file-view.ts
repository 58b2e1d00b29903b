import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { SettingsFile } from '../../../service/contract/settings.js';
import { base } from '../../elements/styles.js';
import { t } from '../../texts/texts.js';

/** The settings file, read-only and without secrets; invalid lines are marked and explained. */
@customElement('r58-settings-file')
export class SettingsFileView extends LitElement {
	static override styles = [
		base,
		css`
			:host { display: grid; gap: 10px; grid-template-columns: minmax(0, 1fr); }
			summary { padding: 10px 0; cursor: pointer; font-weight: 600; }
			.lines { margin-top: 6px; }
			.lines { overflow: auto; max-height: 60dvh; padding: 8px 0; background: var(--bg); border: 1px solid var(--line); border-radius: 4px; font: 0.85rem/1.5 var(--mono); counter-reset: line; }
			.line { display: block; padding: 0 12px 0 0; white-space: pre; min-width: max-content; }
			.line::before { counter-increment: line; content: counter(line); display: inline-block; width: 3.5em; margin-right: 1em; text-align: right; color: var(--dim); user-select: none; }
			.comment { color: var(--dim); }
			.wrong { background: var(--bad-surface); box-shadow: inset 4px 0 var(--bad); }
			.why { display: block; padding: 2px 12px 4px 4.5em; background: var(--bad-surface); box-shadow: inset 4px 0 var(--bad); font: 600 0.85rem system-ui, sans-serif; white-space: normal; }
			code { font: 0.85rem var(--mono); overflow-wrap: anywhere; }
		`,
	];
	@property({ attribute: false }) file!: SettingsFile;

	override render() {
		const { path, text, problems, missing } = this.file;
		const words = t.settings.file;
		const lines = text.replace(/\n$/, '').split(/\r?\n/);
		return html`
			<h2>${words.title}</h2>
			<p class="small">${words.before}<code>${path}</code>${words.after}</p>
			${missing ? html`<p class="callout" role="alert">${words.missing}</p>` : nothing}
			<details ?open=${problems.length > 0} data-testid="file-view">
				<summary>${problems.length > 0 ? words.showFaults : words.show}</summary>
				<div class="lines" tabindex="0" role="region" aria-label=${words.label}>${lines.map((line, index) => this.#line(line, index + 1))}</div>
			</details>
		`;
	}

	#line(text: string, number: number) {
		const wrong = this.file.problems.filter(({ line }) => line === number);
		const kind = `line ${wrong.length > 0 ? 'wrong' : ''} ${text.trimStart().startsWith('#') ? 'comment' : ''}`;
		const why = wrong.map(
			({ field, message }) =>
				html`<span class="why" data-testid="wrong-line" data-line=${number}>⚠ ${t.settings.file.wrong(number, field, message)}</span>`,
		);
		return html`<span class=${kind}>${text === '' ? ' ' : text}</span>${why}`;
	}
}
