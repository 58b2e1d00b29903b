import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { GuestStatus } from '../../../service/contract/guestChannel.js';
import type { Limitation } from '../../data/rtc/status.js';
import { base } from '../../elements/styles.js';
import type { Guest as Texts } from '../../texts/en/guest.js';
import { assess } from './assessment.js';
import { disclosureStyles } from './page-styles.js';

/** Connection quality in words, with the figures on request. The studio measures them: what arrives there. */
@customElement('r58-quality')
export class Quality extends LitElement {
	static override styles = [
		base,
		disclosureStyles,
		css`
			:host { display: block; }
			summary { gap: 8px; }
			.bars { display: inline-flex; align-items: flex-end; gap: 3px; height: 18px; }
			.bars i { width: 5px; background: var(--line); border-radius: 1px; }
			.bars i:nth-child(1) { height: 6px; }
			.bars i:nth-child(2) { height: 12px; }
			.bars i:nth-child(3) { height: 18px; }
			.good .bars i { background: var(--ok); }
			.fair .bars i:not(:nth-child(3)) { background: var(--warn); }
			.poor .bars i:first-child { background: var(--bad); }
			.advice { padding-bottom: 8px; color: var(--warn); font-weight: 600; }
			dl { display: grid; grid-template-columns: auto minmax(0, 1fr); gap: 4px 14px; padding-bottom: 8px; font-size: 0.9rem; }
			dt { color: var(--dim); }
		`,
	];
	@property({ attribute: false }) texts!: Texts;
	@property({ attribute: false }) status: GuestStatus | null = null;
	@property() limitation: Limitation = 'none';
	/** Frames a second that should arrive; 0 if none should. */
	@property({ type: Number }) fpsExpected = 30;

	override render() {
		const { quality } = this.texts;
		const { verdict, advice } = assess(this.status, this.limitation, this.fpsExpected);
		return html`
			<details class=${verdict}>
				<summary data-testid="quality" data-verdict=${verdict}>
					<span class="bars" aria-hidden="true"><i></i><i></i><i></i></span>
					<span role="status">${quality.title}: ${quality[verdict]}</span>
				</summary>
				${this.status && verdict !== 'none' ? this.#figures(this.status) : nothing}
			</details>
			${advice === null ? nothing : html`<p class="advice small" role="status" data-testid="advice">${quality[advice]}</p>`}
		`;
	}

	#figures({ rttMs, lossPct, kbps, video, path }: GuestStatus) {
		const { quality } = this.texts;
		const rows: [string, string | null][] = [
			[quality.roundTrip, rttMs === null ? null : quality.ms(Math.round(rttMs))],
			[quality.lost, lossPct === null ? null : quality.percent(lossPct)],
			[quality.sent, kbps === null ? null : quality.rate((kbps / 1000).toFixed(1))],
			[quality.picture, video === null ? null : quality.size(video.width, video.height, video.fps)],
			[quality.way, path === null ? null : quality.paths[path]],
		];
		return html`<dl data-testid="figures">
			${rows.map(([name, value]) => (value === null ? nothing : html`<dt>${name}</dt><dd>${value}</dd>`))}
		</dl>`;
	}
}
