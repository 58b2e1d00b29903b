import { html, LitElement, nothing } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import { sourceSceneId } from '../../../service/contract/layouts.js';
import type { Session } from '../../../service/contract/sessions.js';
import type { State } from '../../../service/contract/state.js';
import { lampsOf, sceneOnAir } from '../../../service/contract/tally.js';
import { Commands } from '../../data/commands.js';
import { Multiview } from '../../data/multiview.js';
import { ordered, sceneLabel } from '../../data/scenes.js';
import { Show } from '../../data/show.js';
import type { NoteDialog } from '../../elements/note-dialog.js';
import type { SourceSettings } from '../../elements/source-settings.js';
import { base } from '../../elements/styles.js';
import { t } from '../../texts/texts.js';
import type { KeyMap } from './key-map.js';
import { type KeyAction, keyAction } from './keys.js';
import { pageStyles } from './page-styles.js';
import { Selection } from './selection.js';
import '../../elements/confirm.js';
import '../../elements/notices.js';
import '../../elements/safe-mode.js';
import '../../elements/undo-bar.js';
import '../../elements/source-settings.js';
import '../../elements/note-dialog.js';
import './audio-strip.js';
import './guest-block.js';
import './guest-lost.js';
import './header.js';
import './key-map.js';
import './layout-block.js';
import './preview-monitor.js';
import './program-monitor.js';
import './recording-alarm.js';
import './tile.js';
import './transition-block.js';

const keysOffKey = 'r58.keysOff';

/** The operator's page: preview, program, and everything that changes them. */
@customElement('r58-switcher-page')
export class SwitcherPage extends LitElement {
	static override styles = [base, pageStyles];
	@property({ attribute: false }) session: Session | null = null;
	@query('r58-key-map') private keyMap!: KeyMap;
	@query('r58-note-dialog') private noteDialog!: NoteDialog;
	@query('r58-source-settings') private settings!: SourceSettings;
	@state() private keysOn = localStorage.getItem(keysOffKey) === null;
	#show = new Show(this, ['levels']);
	#multiview = new Multiview(this);
	#commands = new Commands(this.#show, this);
	#selection = new Selection(this, this.#show, this.#commands);
	#onKey = (event: KeyboardEvent) => this.#key(event);

	override connectedCallback(): void {
		super.connectedCallback();
		window.addEventListener('keydown', this.#onKey);
	}

	override disconnectedCallback(): void {
		super.disconnectedCallback();
		window.removeEventListener('keydown', this.#onKey);
	}

	override willUpdate(): void {
		this.#selection.follow();
		const system = this.#show.state?.system;
		if (!system) return;
		this.#multiview.follow(system);
	}

	override render() {
		const { state, online } = this.#show;
		return html`
			${
				state !== null && !online
					? html`<p class="banner" role="alert" data-testid="offline-banner">
							<b>${t.words.offline}</b> ${t.words.reconnecting}
						</p>`
					: nothing
			}
			<div class="desk" ?inert=${!online} ?data-offline=${state !== null && !online} @mousedown=${this.#keepFocus}>
				<header><r58-switcher-header .commands=${this.#commands} .state=${state} ?online=${online} @show-keys=${() => this.keyMap.show()}
					@show-note=${() => void this.noteDialog.show()}>
				</r58-switcher-header></header>
				<r58-safe-mode flush .requests=${this.#commands} .state=${state} .session=${this.session}></r58-safe-mode>
				${state === null ? html`<p class="waiting" role="status">${t.words.connecting}</p>` : this.#desk(state, online)}
			</div>
			<r58-recording-alarm .commands=${this.#commands} .state=${state} ?inert=${!online}></r58-recording-alarm>
			${this.#multiview.video}
			<r58-key-map .enabled=${this.keysOn} @keys-enabled=${this.#switchKeys}></r58-key-map>
			<r58-source-settings .sources=${state?.sources ?? {}} .soundCards=${state?.system.soundCards ?? []}></r58-source-settings>
			<r58-note-dialog></r58-note-dialog>
			<r58-undo-bar .requests=${this.#commands} .removed=${state?.removed ?? {}}></r58-undo-bar>
			<r58-confirm></r58-confirm>
			<r58-notices></r58-notices>
		`;
	}

	#desk(state: State, online: boolean) {
		const { scenes, sources } = state;
		// Lamps show only current state, never what was known before the link was lost.
		const buses = online ? state.buses : null;
		const preview = state.buses.preview === null ? null : (scenes[state.buses.preview] ?? null);
		const program = state.buses.program === null ? null : (scenes[state.buses.program] ?? null);
		return html`<main>
			<div class="monitors">
				<r58-preview-monitor
					.multiview=${this.#multiview} .selection=${this.#selection} .sources=${sources} .scene=${preview}
					.layout=${this.#selection.scene} .slotIndex=${this.#selection.target === this.#selection.scene ? this.#selection.slot : null} .picked=${this.#selection.source}
					?live=${this.#multiview.live && online} message=${online ? this.#multiview.message : t.switcher.offline}
					?tally=${buses !== null && preview !== null}
				></r58-preview-monitor>
				<r58-program-monitor
					.scene=${program} .transition=${buses?.transition ?? null} ?tally=${buses !== null && program !== null}
					startedAt=${state.system.startedAt}
				></r58-program-monitor>
				<r58-guest-lost .commands=${this.#commands} .state=${state} .buses=${buses}></r58-guest-lost>
			</div>
			${this.#hint()}
			<section class="tiles" aria-label=${t.switcher.sources}>${this.#tiles(state, online)}</section>
			<section class="audio card" aria-label=${t.switcher.sound.title}><h2>${t.switcher.sound.title}</h2>${this.#strips(state, online)}</section>
			<div class="side">
				<r58-transition-block
					class="take card" .commands=${this.#commands} ?ready=${buses !== null && preview !== null}
					?running=${buses !== null && buses.transition !== null}
				></r58-transition-block>
				<r58-layout-block
					class="layouts card" .commands=${this.#commands} .scenes=${scenes} .sources=${sources} .buses=${buses}
				></r58-layout-block>
				<r58-guest-block class="guests card" .commands=${this.#commands} .state=${state} .buses=${buses}></r58-guest-block>
			</div>
		</main>`;
	}

	#hint() {
		const { scene, target, slot, source } = this.#selection;
		if (slot === null && source === null) return nothing;
		const words = t.switcher.hint;
		const box = (number: number) =>
			target === null || target === scene ? words.box(number) : words.boxOf(number, sceneLabel(target));
		const next = slot !== null ? box(slot + 1) : scene ? words.chooseBox : words.chooseScene;
		const air = target && sceneOnAir(target.id, this.#show.state?.buses ?? null) ? ` ${words.onAir}` : '';
		return html`<p class="hint" role="status" data-testid="hint">
			<span>${next}${air}</span>
			${slot === null ? nothing : html`<button data-testid="slot-empty" @click=${() => this.#selection.clear()}>${words.clear}</button>`}
			<button data-testid="slot-cancel" @click=${() => this.#selection.cancel()}>${words.cancel}</button>
		</p>`;
	}

	#tiles(state: State, online: boolean) {
		const sources = ordered(state.sources);
		if (sources.length === 0)
			return html`<p class="card dim">
				${t.switcher.noSources.before}<a href="/inputs">${t.switcher.noSources.link}</a>${t.switcher.noSources.after}
			</p>`;
		return repeat(
			sources,
			({ id }) => id,
			(source, index) => html`<r58-tile
				.source=${source} .multiview=${this.#multiview} .levels=${this.#show.link} .selection=${this.#selection}
				.tally=${lampsOf(source.id, { buses: online ? state.buses : null, scenes: state.scenes })} .number=${index + 1}
				?live=${this.#multiview.live && online && source.id in state.system.multiview.tiles} ?online=${online}
				?chosen=${online && state.buses.preview === sourceSceneId(source.id)}
				?placeable=${this.#selection.scene !== null} ?picked=${this.#selection.source === source.id}
				@settings=${() => void this.settings.show(source.id)}
			></r58-tile>`,
		);
	}

	#strips(state: State, online: boolean) {
		const rows = ordered(state.sources)
			.filter(({ id }) => id in state.audio)
			.map(({ id, label }) => ({ strip: id, label }));
		if ('master' in state.audio) rows.push({ strip: 'master', label: t.switcher.sound.master });
		return repeat(
			rows,
			({ strip }) => strip,
			({ strip, label }) => html`<r58-audio-strip
				data-testid="strip-${strip}" .commands=${this.#commands} .levels=${this.#show.link} strip=${strip} label=${label}
				.settings=${state.audio[strip]!}
				?onAir=${online && (state.audio[strip]!.mode === 'on' || lampsOf(strip, state).program)}
			></r58-audio-strip>`,
		);
	}

	/** A mouse press does not move the focus, so that Space then cuts instead of pressing the same button again. */
	#keepFocus(event: MouseEvent): void {
		const path = event.composedPath().filter((node) => node instanceof HTMLElement);
		if (path.some((node) => node.matches('input, select, textarea, a, label'))) return;
		if (!path.some((node) => node.matches('button'))) return;
		event.preventDefault();
		focused()?.blur();
	}

	#key(event: KeyboardEvent): void {
		if (!this.#show.online || (!this.keysOn && event.key !== '?')) return;
		const path = event.composedPath().filter((node) => node instanceof HTMLElement);
		if (path.some((node) => node.matches('dialog'))) return;
		const text = path.some((node) => node.matches('textarea, select, input:not([type="range"], [type="checkbox"])'));
		const button = path.some((node) => node.matches('button, a, summary'));
		const action = keyAction(event, text ? 'text' : button ? 'button' : 'page');
		if (!action) return;
		event.preventDefault();
		this.#act(action);
	}

	#act(action: KeyAction): void {
		switch (action.do) {
			case 'cut':
				void this.#commands.cut();
				break;
			case 'mix':
				void this.#commands.mix();
				break;
			case 'note':
				void this.noteDialog.show();
				break;
			case 'help':
				this.keyMap.show();
				break;
			case 'cancel':
				this.#selection.cancel();
				break;
			case 'preview':
			case 'program': {
				const source = ordered(this.#show.state?.sources ?? {})[action.tile - 1];
				if (!source) break;
				if (action.do === 'program') void this.#commands.cutToSource(source.id);
				else this.#selection.press(source);
			}
		}
	}

	#switchKeys({ detail }: CustomEvent<boolean>): void {
		this.keysOn = detail;
		if (detail) localStorage.removeItem(keysOffKey);
		else localStorage.setItem(keysOffKey, '1');
	}
}

/** The focused element, through every shadow root. */
function focused(): HTMLElement | null {
	let element = document.activeElement;
	while (element?.shadowRoot?.activeElement) element = element.shadowRoot.activeElement;
	return element instanceof HTMLElement ? element : null;
}
