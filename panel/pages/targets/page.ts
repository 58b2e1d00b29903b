import { css, html, LitElement } from 'lit';
import { customElement, property, query } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import type { Session } from '../../../service/contract/sessions.js';
import type { State } from '../../../service/contract/state.js';
import type { Target } from '../../../service/contract/targets.js';
import { Requests } from '../../data/requests.js';
import { Show } from '../../data/show.js';
import { faultsOf } from '../../elements/fault-list.js';
import { bitrate, picture } from '../../elements/format.js';
import { badgeStyles, base, pageStyles } from '../../elements/styles.js';
import { common } from '../../texts/common.js';
import { t } from '../../texts/texts.js';
import type { TargetDialog } from './target-dialog.js';
import '../../elements/confirm.js';
import '../../elements/notices.js';
import '../../elements/page-head.js';
import '../../elements/safe-mode.js';
import './target-dialog.js';
import './target-row.js';

/** Returns belong to their guests. */
type Watched = keyof typeof t.targets.streamers;

/** Where the program goes: targets, and what is watched in browsers. */
@customElement('r58-targets-page')
export class TargetsPage extends LitElement {
	static override styles = [
		base,
		pageStyles,
		badgeStyles,
		css`
			.list { display: grid; gap: 10px; }
			section { display: grid; gap: 8px; }
			.streamer { display: flex; flex-wrap: wrap; align-items: center; gap: 4px 12px; padding-top: 8px; border-top: 1px solid var(--line); }
			.streamer b { min-width: 90px; }
			.streamer .dim { flex: 1 1 220px; }
		`,
	];
	@property({ attribute: false }) session: Session | null = null;
	@query('r58-target-dialog') private dialog!: TargetDialog;
	#show = new Show(this);
	#requests = new Requests(this.#show, this);

	override render() {
		const { state, online } = this.#show;
		return html`<main class="page">
				<r58-page-head heading=${common.pages.targets} .offline=${state && !online ? t.words.old : null}></r58-page-head>
				<r58-safe-mode .requests=${this.#requests} .state=${state} .session=${this.session}></r58-safe-mode>
				<div class="top">
					<button class="primary" data-testid="add-target" ?disabled=${!online} @click=${() => void this.dialog.show(null)}>${t.targets.add}</button>
					<span class="dim small">${t.targets.hint}</span>
				</div>
				${state === null ? html`<p role="status">${t.words.connecting}</p>` : [this.#targets(state, online), this.#streamers(state)]}
			</main>
			<r58-target-dialog></r58-target-dialog>
			<r58-confirm></r58-confirm>
			<r58-notices></r58-notices>`;
	}

	#targets(state: State, online: boolean) {
		const targets = Object.values(state.targets).sort((a, b) => a.label.localeCompare(b.label));
		if (targets.length === 0)
			return html`<div class="card empty">
				<p><b>${t.targets.none.title}</b> ${t.targets.none.text}</p>
			</div>`;
		return html`<div class="list" ?inert=${!online}>
			${repeat(
				targets,
				({ id }) => id,
				(target) => html`<r58-target-row
					class="card" data-testid="target-${target.id}" .target=${target} .faults=${faultsOf(state.faults, target.id)}
					@switch=${() => void this.#switch(target)} @settings=${() => void this.dialog.show(target)}
					@remove=${() => void this.#remove(target)}
				></r58-target-row>`,
			)}
		</div>`;
	}

	#streamers({ streamers }: State) {
		return html`<section class="card">
			<h2>${t.targets.watched}</h2>
			${Object.values(streamers)
				.filter(({ id }) => id in t.targets.streamers)
				.map(
					({ id, state, viewers, width, height, fps, kbps }) => html`<div class="streamer">
					<b>${t.targets.streamers[id as Watched]}</b>
					<span class="badge" data-state=${state}>${t.words.states[state]}</span>
					<span class="dim small">
						${[
							t.words.viewers(viewers),
							width && height && fps ? picture({ width, height, fps }) : null,
							kbps === null ? null : bitrate(kbps),
						]
							.filter((part) => part !== null)
							.join(' · ')}
					</span>
					<a class="button" href="/watch/${encodeURIComponent(id)}" target="_blank" rel="noopener" aria-label=${t.targets.watchOf(t.targets.streamers[id as Watched])}>${t.targets.watch}</a>
				</div>`,
				)}
		</section>`;
	}

	#path({ id }: Target): string {
		return `/api/targets/${encodeURIComponent(id)}`;
	}

	async #switch(target: Target): Promise<void> {
		const title = t.targets.stop(target.label);
		const text = t.targets.stopText;
		if (target.state === 'live' && !(await this.#requests.ask({ title, text, action: t.words.stop }))) return;
		await this.#requests.send('PATCH', this.#path(target), { enabled: !target.enabled });
	}

	async #remove(target: Target): Promise<void> {
		const title = t.targets.removeAsk(target.label);
		const text = target.enabled ? t.targets.removeLive : t.targets.removeText;
		if (!(await this.#requests.ask({ title, text, action: t.words.remove }))) return;
		await this.#requests.send('DELETE', this.#path(target));
	}
}
