import { css, html, LitElement } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import type { Session } from '../../../service/contract/sessions.js';
import type { Source } from '../../../service/contract/sources.js';
import type { State } from '../../../service/contract/state.js';
import { lampsOf } from '../../../service/contract/tally.js';
import { Multiview } from '../../data/multiview.js';
import { remove } from '../../data/removal.js';
import { Requests } from '../../data/requests.js';
import { ordered } from '../../data/scenes.js';
import { Show } from '../../data/show.js';
import { faultsOf } from '../../elements/fault-list.js';
import type { SourceSettings } from '../../elements/source-settings.js';
import { base, pageStyles } from '../../elements/styles.js';
import { common } from '../../texts/common.js';
import { t } from '../../texts/texts.js';
import type { RtpDialog } from './rtp-dialog.js';
import '../../elements/confirm.js';
import '../../elements/notices.js';
import '../../elements/page-head.js';
import '../../elements/safe-mode.js';
import '../../elements/undo-bar.js';
import './rtp-dialog.js';
import './source-row.js';
import '../../elements/source-settings.js';

/** Every source with its state and settings; RTP sources are created here. */
@customElement('r58-inputs-page')
export class InputsPage extends LitElement {
	static override styles = [
		base,
		pageStyles,
		css`
			.list { display: grid; gap: 10px; }
			video { position: fixed; left: 0; bottom: 0; width: 2px; height: 2px; opacity: 0.01; pointer-events: none; }
		`,
	];
	@property({ attribute: false }) session: Session | null = null;
	@state() private fresh: string | null = null;
	@query('r58-rtp-dialog') private rtpDialog!: RtpDialog;
	@query('r58-source-settings') private settings!: SourceSettings;
	#show = new Show(this, ['levels']);
	#multiview = new Multiview(this);
	#requests = new Requests(this.#show, this);

	override willUpdate(): void {
		const system = this.#show.state?.system;
		if (!system) return;
		this.#multiview.follow(system);
	}

	override render() {
		const { state, online } = this.#show;
		const sources = state?.sources ?? {};
		const soundCards = state?.system.soundCards ?? [];
		return html`<main class="page">
				<r58-page-head heading=${common.pages.inputs} .offline=${state && !online ? t.words.old : null}></r58-page-head>
				<r58-safe-mode .requests=${this.#requests} .state=${state} .session=${this.session}></r58-safe-mode>
				<div class="top">
					<button class="primary" data-testid="add-rtp" ?disabled=${!online} @click=${() => void this.rtpDialog.show()}>${t.inputs.addRtp}</button>
					<span class="dim small">${t.inputs.hint}</span>
				</div>
				${state === null ? html`<p role="status">${t.words.connecting}</p>` : this.#list(state, online)}
			</main>
			${this.#multiview.video}
			<r58-rtp-dialog .sources=${sources} @added=${this.#onAdded}></r58-rtp-dialog>
			<r58-source-settings .sources=${sources} .soundCards=${soundCards}></r58-source-settings>
			<r58-undo-bar .requests=${this.#requests} .removed=${state?.removed ?? {}}></r58-undo-bar>
			<r58-confirm></r58-confirm>
			<r58-notices></r58-notices>`;
	}

	#list(state: State, online: boolean) {
		const sources = ordered(state.sources);
		if (sources.length === 0)
			return html`<div class="card empty">
				<p><b>${t.inputs.none.title}</b> ${t.inputs.none.text}</p>
			</div>`;
		return html`<div class="list" ?inert=${!online}>
			${repeat(
				sources,
				({ id }) => id,
				(source) => html`<r58-source-row
					class="card" data-testid="source-${source.id}" .source=${source} .sources=${state.sources}
					.soundCards=${state.system.soundCards} .faults=${faultsOf(state.faults, source.id)}
					.multiview=${this.#multiview} .levels=${this.#show.link}
					.tally=${lampsOf(source.id, { buses: online ? state.buses : null, scenes: state.scenes })}
					?live=${this.#multiview.live && online && source.id in state.system.multiview.tiles}
					?fresh=${this.fresh === source.id}
					@settings=${() => void this.settings.show(source.id)} @remove=${() => void this.#remove(source)}
				></r58-source-row>`,
			)}
		</div>`;
	}

	#onAdded({ detail }: CustomEvent<string>): void {
		this.fresh = detail;
	}

	#remove({ id, label }: Source): Promise<void> {
		return remove(this.#requests, this.#show.state, '/api/sources', { id, name: label, text: t.inputs.removeText });
	}
}
