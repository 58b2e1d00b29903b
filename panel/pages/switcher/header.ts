import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { State } from '../../../service/contract/state.js';
import type { Commands } from '../../data/commands.js';
import { logOut } from '../../data/session.js';
import { bytes, timeLeft } from '../../elements/format.js';
import { linkedPages } from '../../elements/page-head.js';
import { base } from '../../elements/styles.js';
import { t } from '../../texts/texts.js';
import '../../elements/language-switch.js';
import '../../elements/theme-switch.js';
import '../../elements/record-block.js';

interface Air {
	words: string;
	/** The lamp is lit: the program runs and is not black. */
	on: boolean;
	alarm: boolean;
	/** What to say about the sound, beside the lamp. */
	sound: { words: string; alarm: boolean } | null;
}

/** Says what goes out: a black program is black, even on purpose. */
export function airOf({ streamers, system: { program } }: Pick<State, 'streamers' | 'system'>): Air {
	const words = t.switcher.air;
	if (streamers.program?.state !== 'live') return { words: words.off, on: false, alarm: false, sound: null };
	const { picture = 'shown', sound = 'heard' } = program ?? {};
	const silent = sound === 'silent' ? { words: `⚠ ${words.silent}`, alarm: true } : null;
	const muted = sound === 'muted' && picture === 'shown' ? { words: words.muted, alarm: false } : null;
	return {
		words: picture === 'shown' ? words.on : picture === 'black' ? `⚠ ${words.black}` : words.black,
		on: picture === 'shown',
		alarm: picture === 'black',
		sound: silent ?? muted,
	};
}

/** Always in view: on air, recording, disk, link, faults. */
@customElement('r58-switcher-header')
export class SwitcherHeader extends LitElement {
	static override styles = [
		base,
		css`
			:host {
				display: flex;
				flex-wrap: wrap;
				align-items: center;
				gap: 6px 14px;
				padding: 6px 12px;
				background: var(--surface);
				border-bottom: 1px solid var(--line);
			}
			h1 { font-size: 1rem; margin: 0; white-space: nowrap; }
			.air {
				padding: 4px 10px;
				border-radius: 6px;
				border: 2px solid var(--line);
				font-weight: 700;
				letter-spacing: 0.05em;
				white-space: nowrap;
			}
			.sound { margin-left: -6px; }
			.air[data-alarm] { background: var(--bad-surface); border-color: var(--bad); color: var(--bad); }
			.air[data-on] { background: var(--program); border-color: var(--program); color: var(--program-text); }
			.disk { font-size: 0.9rem; white-space: nowrap; }
			.low { color: var(--bad); font-weight: 700; }
			.link { display: flex; align-items: center; gap: 6px; font-size: 0.9rem; white-space: nowrap; }
			.light { width: 12px; height: 12px; border-radius: 50%; background: var(--ok); }
			.light[data-lost] { background: none; border: 3px solid var(--bad); }
			.space { flex: 1; }
			nav { display: flex; flex-wrap: wrap; align-items: center; gap: 2px; }
			nav .button, nav button { padding: 0 7px; border: 0; background: none; color: var(--text); font-weight: 500; }
			.faults {
				display: flex;
				align-items: center;
				min-height: var(--target);
				padding: 0 8px;
				color: var(--warn);
				font-weight: 700;
				text-decoration: none;
				white-space: nowrap;
			}
			@media (max-width: 1599px) {
				h1 { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
				.time { display: none; }
			}
			@media (max-width: 1099px) {
				:host { gap: 6px 10px; }
				.log-out { display: none; }
				nav { margin-left: auto; }
				nav .button, nav button { padding: 0 6px; }
			}
			@media (max-width: 599px) {
				.keys { display: none; }
				.space { display: none; }
				nav { flex: 1 1 60%; min-width: 0; flex-wrap: nowrap; justify-content: space-between; overflow-x: auto; border-top: 1px solid var(--line); }
				nav .button, nav button { flex: none; font-size: 0.9rem; }
				/* When all is well the light says it; the words appear when it is not. */
				.link:not([data-lost]) .words { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
			}
		`,
	];
	@property({ attribute: false }) commands!: Commands;
	@property({ attribute: false }) state: State | null = null;
	@property({ type: Boolean }) online = false;

	override render() {
		const { state, online } = this;
		const recordings = Object.values(state?.recordings ?? {});
		const running = recordings.find((recording) => ['starting', 'recording', 'stopping'].includes(recording.state)) ?? null;
		const air = online && state ? airOf(state) : null;
		const faults = state?.faults.length ?? 0;
		return html`
			<h1>R58 Studio</h1>
			<span class="air" role="status" data-testid="on-air" ?data-on=${air?.on} ?data-alarm=${air?.alarm}>${air?.words ?? t.switcher.air.unknown}</span>
			${air?.sound ? html`<span class="air sound" role="status" data-testid="program-sound" ?data-alarm=${air.sound.alarm}>${air.sound.words}</span>` : nothing}
			<r58-record-block .commands=${this.commands} .recording=${running}></r58-record-block>
			${this.#disk()}
			<span class="link" role="status" data-testid="link-light" ?data-lost=${!online}>
				<span class="light" ?data-lost=${!online} aria-hidden="true"></span>
				<span class="words">${online ? t.switcher.connected : t.switcher.disconnected}</span>
			</span>
			${
				faults > 0 ? html`<a class="faults" href="/system" data-testid="fault-count">⚠ ${t.switcher.faults(faults)}</a>` : nothing
			}
			<button
				class="plain note" aria-label=${t.switcher.note} title=${t.switcher.noteKey} data-testid="note-button"
				@click=${() => this.dispatchEvent(new Event('show-note'))}
			>✎</button>
			<span class="space"></span>
			<nav aria-label=${t.words.pages}>
				${linkedPages()
					.filter(({ path }) => path !== location.pathname)
					.map(({ path, label }) => html`<a class="button" href=${path}>${label}</a>`)}
				<button class="keys" aria-label=${t.switcher.keys} title=${t.switcher.keysKey} data-testid="keys-button" @click=${() => this.dispatchEvent(new Event('show-keys'))}>?</button>
				<r58-language-switch></r58-language-switch>
				<r58-theme-switch></r58-theme-switch>
				<a class="button log-out" href="/account" data-testid="account-link">${t.switcher.account}</a>
				<button class="log-out" data-testid="logout-button" @click=${logOut}>${t.words.logOut}</button>
			</nav>
		`;
	}

	#disk() {
		const disk = this.state?.system.disk;
		if (!disk) return html`<span class="disk dim" data-testid="disk-left">${t.switcher.diskUnknown}</span>`;
		const encoders = Object.values(this.state?.encoders ?? {});
		const kbps = encoders.reduce((sum, { asked, measured }) => Math.max(sum, measured?.kbps || asked.kbps), 0);
		const low = disk.freeBytes < 2e9;
		return html`<span class="disk ${low ? 'low' : ''}" data-testid="disk-left" title=${t.switcher.freeOn(disk.path)}>
			${low ? '⚠ ' : ''}${t.words.left(bytes(disk.freeBytes))}${
				kbps > 0 ? html`<span class="dim time"> · ${timeLeft(disk.freeBytes, kbps)}</span>` : nothing
			}
		</span>`;
	}
}
