import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { SettingsFile } from '../../../service/contract/settings.js';
import { base } from '../../elements/styles.js';
import { t } from '../../texts/texts.js';

type Field = SettingsFile['fields'][number];

/** One section of the settings: each value in use, its default and its line. The button that changes it is slotted. */
@customElement('r58-settings-section')
export class SettingsSection extends LitElement {
	static override styles = [
		base,
		css`
			:host { display: grid; gap: 10px; grid-template-columns: minmax(0, 1fr); }
			header { display: flex; flex-wrap: wrap; gap: 4px 12px; align-items: center; }
			h2 { margin-right: auto; }
			.applies { font-size: 0.85rem; color: var(--dim); }
			.waits { color: var(--warn); font-weight: 650; }
			dl { display: grid; grid-template-columns: minmax(120px, max-content) minmax(0, 1fr) minmax(max-content, 40%); }
			.field { display: contents; }
			dt, dd { margin: 0; padding: 7px 16px 7px 0; border-top: 1px solid var(--line); overflow-wrap: anywhere; }
			dt { font: 0.9rem var(--mono); }
			.set { font-weight: 650; }
			.note { padding-right: 0; color: var(--dim); font-size: 0.85rem; text-align: right; }
			@media (max-width: 599px) {
				dl { grid-template-columns: minmax(0, 1fr); }
				dd { border: 0; padding: 0 0 3px; }
				.note { text-align: left; padding-bottom: 8px; }
			}
		`,
	];
	@property() name = '';
	@property({ attribute: false }) file!: SettingsFile;

	override render() {
		const { name, file } = this;
		const titles: Record<string, string> = t.settings.titles;
		const fields = file.fields.filter(({ field }) => field.startsWith(`${name}.`));
		const waits = file.restart.includes(name);
		const applies = file.applies[name] === 'restart' ? t.settings.afterRestart : t.settings.immediately;
		return html`
			<header>
				<h2>${titles[name] ?? name}</h2>
				<span class="applies ${waits ? 'waits' : ''}" data-testid="applies-${name}">${waits ? `⚠ ${t.settings.changedAfterRestart}` : applies}</span>
			</header>
			<dl data-testid="section-${name}">${fields.map((field) => this.#field(field))}</dl>
			<slot></slot>
		`;
	}

	#field({ field, value, default: usual, line }: Field) {
		const words = t.settings;
		const isDefault = JSON.stringify(value) === JSON.stringify(usual);
		const where = line === null ? words.notInFile : words.line(line);
		return html`<div class="field">
			<dt>${field.slice(this.name.length + 1)}</dt>
			<dd class=${isDefault ? '' : 'set'}>${asText(value)}</dd>
			<dd class="note">${this.file.overrides[field] ? html`<b class="waits">${words.override(this.file.overrides[field])}</b>, ` : nothing}${isDefault ? words.default : html`${words.set}${usual === null ? nothing : html`, ${words.defaultIs(asText(usual))}`}`}, ${where}</dd>
		</div>`;
	}
}

/** For people to read; a list of objects shows their names. */
function asText(value: unknown): string {
	if (value === null || (Array.isArray(value) && value.length === 0)) return t.settings.none;
	if (typeof value === 'boolean') return value ? t.settings.yes : t.settings.no;
	if (Array.isArray(value))
		return value.map((entry) => (isNamed(entry) ? `${entry.name} (${entry.urls?.join(', ') ?? ''})` : String(entry))).join('; ');
	return String(value);
}

function isNamed(value: unknown): value is { name: string; urls?: string[] } {
	return typeof value === 'object' && value !== null && 'name' in value;
}
