import { css, html, LitElement } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { GuestTally } from '../../../service/contract/guestChannel.js';
import { base } from '../../elements/styles.js';
import type { Guest as Texts } from '../../texts/en/guest.js';

/** Page title: a guest looking at another tab still sees when they are on air. */
export function titleOf(texts: Texts, name: string | null, tally: GuestTally | null): string {
	const who = name === null ? 'R58 Studio' : `${name} – R58 Studio`;
	if (tally === 'program') return `🔴 ${texts.tally.titleProgram} – ${who}`;
	return tally === 'preview' ? `🟢 ${texts.tally.titlePreview} – ${who}` : who;
}

/** The tally lamp: off, next, on air. Colour, words and shape say the same. */
@customElement('r58-tally')
export class TallyLamp extends LitElement {
	static override styles = [
		base,
		css`
			:host { display: block; }
			p {
				display: flex;
				align-items: center;
				justify-content: center;
				gap: 10px;
				min-height: 48px;
				padding: 4px 14px;
				border: 2px solid var(--line);
				border-radius: var(--radius);
				background: var(--surface);
				font-weight: 600;
				text-align: center;
			}
			i { flex: none; width: 14px; height: 14px; border: 2px solid currentcolor; border-radius: 50%; }
			.program { background: var(--program); border-color: var(--program); color: var(--program-text); font-size: 1.3rem; letter-spacing: 0.08em; }
			.program i { background: currentcolor; }
			.preview { background: var(--preview); border-color: var(--preview); color: var(--preview-text); }
			.preview i { border-radius: 2px; background: currentcolor; }
			.unknown { border-style: dashed; color: var(--dim); }
		`,
	];
	@property({ attribute: false }) texts!: Texts;
	/** Null while unknown. */
	@property({ attribute: false }) tally: GuestTally | null = null;

	override render() {
		const lamp = this.tally ?? 'unknown';
		return html`<p class=${lamp} role="status" aria-label="${this.texts.tally.label}: ${this.texts.tally[lamp]}" data-testid="tally" data-tally=${lamp}>
			<i aria-hidden="true"></i>${this.texts.tally[lamp]}
		</p>`;
	}
}
