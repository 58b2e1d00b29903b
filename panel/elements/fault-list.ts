import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { Fault } from '../../service/contract/faults.js';
import { wordsOf } from '../data/faultText.js';
import { asSentence } from '../data/refusal.js';
import { t } from '../texts/texts.js';
import { localTime } from './format.js';
import { base } from './styles.js';

/** Faults of a source or target, including those of its processes. */
export function faultsOf(faults: readonly Fault[], id: string): Fault[] {
	const subjects = [id, `source ${id}`, `source ${id}-sound`, `target ${id}`];
	return faults.filter(({ subject }) => subjects.includes(subject));
}

/** The name for the id at the end of a subject: "target target-1a2b" → "Wall". */
export function nameOf(subject: string, names: Record<string, string>): string | null {
	return (
		names[
			subject
				.split(' ')
				.at(-1)!
				.replace(/-sound$/, '')
		] ?? null
	);
}

/** Each fault with its latest error, remedy, start and count. */
@customElement('r58-fault-list')
export class FaultList extends LitElement {
	static override styles = [
		base,
		css`
			:host { display: grid; gap: 8px; }
			.fault { display: grid; gap: 2px; overflow-wrap: anywhere; }
			.mended { border-color: var(--warn); background: var(--warn-surface); }
		`,
	];
	@property({ attribute: false }) faults: Fault[] = [];
	/** Names by id. */
	@property({ attribute: false }) names: Record<string, string> = {};
	/** The subject is already named on the page. */
	@property({ type: Boolean }) unnamed = false;

	override render() {
		return this.faults.map((fault) => {
			const { code, subject, since, count } = fault;
			const { message, remedy } = wordsOf(fault);
			const name = nameOf(subject, this.names);
			// It has been restarted; if that does not help, it is held off, which is another fault.
			const mended = code === 'host-restarted';
			return html`<div class="fault callout ${mended ? 'mended' : ''}" data-testid="fault">
				${this.unnamed ? nothing : html`<p><b>${name ?? subject}</b> ${name === null ? nothing : html`<span class="dim small">${subject}</span>`}</p>`}
				<p>${mended ? `${t.elements.faults.restarted} ` : ''}${asSentence(message)}</p>
				${remedy ? html`<p><b>${t.words.whatToDo}</b> ${asSentence(remedy)}</p>` : nothing}
				<p class="dim small">${t.elements.faults.since(localTime(since), count)}</p>
			</div>`;
		});
	}
}
