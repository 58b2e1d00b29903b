import { css, html, LitElement, nothing, type PropertyValues } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { Fault } from '../../../service/contract/faults.js';
import type { State } from '../../../service/contract/state.js';
import type { Commands } from '../../data/commands.js';
import { wordsOf } from '../../data/faultText.js';
import { asSentence } from '../../data/refusal.js';
import { base } from '../../elements/styles.js';
import { t } from '../../texts/texts.js';

/** A recording that stopped by itself or lost its file must not be missed: the alarm stays until acknowledged. */
const codes = ['recording-stopped', 'recording-lost'];
const beep = { hz: 880, times: 3, everyS: 0.35, lengthS: 0.2, gain: 0.2 };

/** The alarm bar, with a sound and the next step. It overlays the page, so that nothing moves under a hand. */
@customElement('r58-recording-alarm')
export class RecordingAlarm extends LitElement {
	static override styles = [
		base,
		css`
			:host {
				position: fixed;
				inset: 56px 12px auto;
				z-index: 15;
				display: grid;
				gap: 8px;
				max-width: 960px;
				margin: 0 auto;
			}
			.alarm {
				display: flex;
				flex-wrap: wrap;
				align-items: center;
				gap: 8px 14px;
				padding: 10px 10px 10px 14px;
				border: 3px solid var(--bad);
				border-radius: var(--radius);
				background: var(--bad-surface);
				box-shadow: 0 4px 16px rgb(0 0 0 / 0.4);
			}
			.words { flex: 1 1 320px; display: grid; gap: 2px; overflow-wrap: anywhere; }
			/* Never over CUT and MIX, which are on the right, or at the bottom on a phone. */
			@media (min-width: 1100px) {
				:host { right: 352px; margin: 0; }
			}
			@media (max-width: 599px) {
				:host { inset: auto 8px 156px; }
				.alarm { padding: 8px; font-size: 0.9rem; line-height: 1.25; }
			}
		`,
	];
	@property({ attribute: false }) commands!: Commands;
	@property({ attribute: false }) state: State | null = null;
	#known = new Set<string>();

	override updated(changed: PropertyValues<this>): void {
		if (!changed.has('state') || this.state === null) return;
		const keys = this.#alarms.map(({ code, subject }) => `${code} ${subject}`);
		if (keys.some((key) => !this.#known.has(key))) sound();
		this.#known = new Set(keys);
	}

	get #alarms(): Fault[] {
		return (this.state?.faults ?? []).filter(({ code }) => codes.includes(code));
	}

	override render() {
		return html`<div role="alert">${this.#alarms.map((fault) => this.#bar(fault))}</div>`;
	}

	#bar(fault: Fault) {
		const { code, subject } = fault;
		const { message, remedy } = wordsOf(fault);
		const running = Object.values(this.state?.recordings ?? {}).some(({ state }) => state === 'recording');
		const full = this.state?.faults.some((fault) => fault.code === 'disk-full');
		return html`<div class="alarm" data-testid="recording-alarm">
			<div class="words">
				<p><b>⚠ ${asSentence(message)}</b></p>
				${remedy ? html`<p>${asSentence(remedy)}</p>` : nothing}
			</div>
			${
				full
					? html`<a class="button" href="/recordings">${t.switcher.alarm.makeRoom}</a>`
					: running
						? nothing
						: html`<button class="primary" data-testid="record-again" @click=${() => void this.commands.record({})}>${t.switcher.alarm.again}</button>`
			}
			<button data-testid="alarm-seen" @click=${() => void this.commands.send('POST', '/api/faults/acknowledge', { code, subject })}>
				${t.switcher.alarm.seen}
			</button>
		</div>`;
	}
}

/** Three beeps. A page that has not been touched yet stays silent; the bar shows all the same. */
function sound(): void {
	try {
		const context = new AudioContext();
		const gain = new GainNode(context, { gain: beep.gain });
		gain.connect(context.destination);
		for (let n = 0; n < beep.times; n += 1) {
			const tone = new OscillatorNode(context, { frequency: beep.hz });
			tone.connect(gain);
			tone.start(context.currentTime + n * beep.everyS);
			tone.stop(context.currentTime + n * beep.everyS + beep.lengthS);
			if (n === beep.times - 1) tone.onended = () => void context.close();
		}
	} catch {
		// No sound in this browser.
	}
}
