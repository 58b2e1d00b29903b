import { html, LitElement, nothing } from 'lit';
import { customElement, query, state } from 'lit/decorators.js';
import { base, pageStyles } from '../../elements/styles.js';
import type { Adjustment } from './adjustments.js';
import { Language } from './language.js';
import { disclosureStyles, joinStyles } from './page-styles.js';
import type { Choice } from './pickers.js';
import { isOn, type Processing, processings, remember, remembered, rememberedSize, rememberedVolume } from './preferences.js';
import { Screen } from './screen.js';
import { failureText, presence } from './state-words.js';
import type { StudioView } from './studio-view.js';
import { titleOf } from './tally.js';
import { Visit } from './visit.js';
import '../../elements/language-switch.js';
import '../../elements/theme-switch.js';
import './adjustments.js';
import './controls.js';
import './door.js';
import './messages.js';
import './pickers.js';
import './quality.js';
import './reach-notice.js';
import './self-view.js';
import './sound-check.js';
import './studio-view.js';
import './tally.js';

/** The guest page: choose camera and microphone, see yourself, join, see and hear the program. */
@customElement('r58-join-page')
export class JoinPage extends LitElement {
	static override styles = [base, pageStyles, disclosureStyles, joinStyles];
	@state() private volume = rememberedVolume();
	@state() private speaker = remembered('speaker') ?? '';
	@state() private mirror = isOn('mirror');
	@query('r58-studio-view') private studio!: StudioView | null;
	#language = new Language(this);
	#visit = new Visit(this, () => this.studio?.video ?? null);

	override updated(): void {
		const { joined, channel, name } = this.#visit;
		document.title = titleOf(this.#language.texts, channel.status?.name ?? name, joined ? (channel.status?.tally ?? null) : null);
	}

	override render() {
		const { closed, joined, channel } = this.#visit;
		return html`
			<div class="page">${this.#top()} ${closed ? this.#closed() : joined ? this.#room() : this.#setup()}</div>
			${joined && channel.status?.tally === 'program' ? html`<div class="frame"></div>` : nothing}
		`;
	}

	#top() {
		const name = this.#visit.channel.status?.name ?? this.#visit.name;
		return html`<header class="top">
			<h1><span class="studio" ?data-named=${name !== null}>R58 Studio</span>${name ? html`<span data-testid="join-name">${name}</span>` : nothing}</h1>
			<r58-language-switch></r58-language-switch>
			<r58-theme-switch></r58-theme-switch>
		</header>`;
	}

	/** Nobody can join from here, or no longer. */
	#closed() {
		const { texts } = this.#language;
		const closed = this.#visit.closed!;
		const title =
			closed === 'removed'
				? texts.closed.removedTitle
				: closed === 'elsewhere'
					? texts.closed.elsewhereTitle
					: texts.closed.title;
		return html`<main><div class="callout" role="alert" data-testid="join-closed" data-reason=${closed}>
			<b>${title}</b>
			<p>${texts.closed[closed]}</p>
			${
				closed === 'elsewhere'
					? html`<button data-testid="here-button" @click=${() => this.#visit.join()}>${texts.closed.here}</button>`
					: closed === 'removed'
						? nothing
						: html`<button @click=${() => this.#visit.start()}>${texts.retry}</button>`
			}
		</div></main>`;
	}

	#setup() {
		const { texts } = this.#language;
		const { atDoor, devices, guest, left, unanswered } = this.#visit;
		const { stream, reason } = devices;
		// With nothing to choose from, the pickers would only hide the remedy.
		const choosable = stream !== null || (reason !== null && ['busy', 'unknown'].includes(reason.code));
		const ready = guest !== null && devices.stream !== null;
		const join = left ? texts.setup.joinAgain : devices.missing === 'video' ? texts.setup.joinWithoutCamera : texts.setup.join;
		return html`
			${left ? html`<p class="state" role="status" data-testid="left-note">${texts.setup.left}</p>` : nothing}
			${unanswered ? html`<p class="state waiting" role="alert">${texts.state.unanswered} ${texts.state.waiting}</p>` : nothing}
			${this.#banner()}
			<main class="columns setup" aria-label=${texts.setup.title}>
				<div class="main">${this.#self()}</div>
				<div class="side">
					<b>${texts.setup.title}</b>
					${this.#deviceError()} ${choosable ? html`${this.#pickers()} ${this.#soundCheck()}` : nothing}
					<p class="small">${texts.setup.headphones}</p>
					<details class="more"><summary>${texts.settings.more}</summary><div>${this.#adjustments()}</div></details>
					<div class="dock">
						${guest === null ? nothing : html`<r58-reach-notice .texts=${texts} .token=${this.#visit.token}></r58-reach-notice>`}
						${
							atDoor
								? html`<r58-door .texts=${texts}></r58-door>`
								: html`<button class="primary large" data-testid="join-button" ?disabled=${!ready} @click=${() => this.#visit.join()}>${join}</button>`
						}
						${devices.stream === null && devices.reason === null ? html`<p class="small dim" role="status">${texts.setup.waitingForDevices}</p>` : nothing}
					</div>
				</div>
			</main>
		`;
	}

	#room() {
		const { texts } = this.#language;
		const { channel, devices, screen, whep, whip, muted, cameraOff } = this.#visit;
		const { status } = channel;
		return html`<main class="columns room">
			<div class="main">
				<r58-tally .texts=${texts} .tally=${status?.tally ?? null}></r58-tally>
				${this.#state()} ${this.#notices()} ${this.#banner()}
				<r58-studio-view
					.texts=${texts} .stream=${whep.stream} .volume=${this.volume} .speaker=${this.speaker} ?live=${whep.live} ?sound-only=${whep.soundOnly}
					@volume=${({ detail }: CustomEvent<number>) => this.#setVolume(detail)}
				></r58-studio-view>
			</div>
			<div class="side">
				<div class="pair">
					${this.#self()}
					<p class="dim small">${texts.studio.headphones}</p>
				</div>
				${this.#deviceError()}
				<section class="card">
					<r58-quality
						.texts=${texts} .status=${status} .limitation=${whip.limitation}
						.fpsExpected=${cameraOff || this.#visit.outgoing?.getVideoTracks().length === 0 ? 0 : screen.track ? 2 : 30}
					></r58-quality>
				</section>
				<section class="card">
					<r58-messages
						.texts=${texts} .messages=${channel.messages} .refusal=${channel.refusal} ?connected=${channel.connected}
						@say=${({ detail }: CustomEvent<string>) => channel.say(detail)}
					></r58-messages>
				</section>
				<section class="card">
					<details>
						<summary data-testid="settings">${texts.settings.title}</summary>
						<div>${this.#pickers()} ${this.#soundCheck()} ${this.#adjustments()}</div>
					</details>
				</section>
			</div>
			<div class="dock">
				<r58-controls
					role="group" aria-label=${texts.controls.label} .texts=${texts} ?muted=${muted} ?cameraOff=${cameraOff} ?sharing=${screen.track !== null}
					?hasMicrophone=${devices.track('audio') !== undefined} ?hasCamera=${devices.track('video') !== undefined}
					?canTurn=${devices.canTurn} ?canShare=${Screen.possible}
					@mute=${() => this.#visit.mute()} @camera=${() => this.#visit.hideCamera()} @turn=${() => devices.turn()}
					@share=${() => this.#visit.share()} @leave=${() => this.#visit.leave()}
				></r58-controls>
			</div>
		</main>`;
	}

	/** Joined, or why not yet. */
	#state() {
		const { texts } = this.#language;
		const { whip, muted, cameraOff, devices, screen } = this.#visit;
		const { phase, message, code, failure } = whip.status;
		const seen = screen.track !== null || (!cameraOff && devices.track('video') !== undefined);
		const heard = !muted && devices.track('audio') !== undefined && !this.#visit.channel.status?.muted;
		const why = failureText(whip.status, texts, navigator.onLine);
		const words =
			phase === 'live' ? presence(texts, seen, heard, this.#visit.channel.status?.nothingSent) : (why ?? texts.state.connecting);
		return html`<div class="state ${phase}" role="status" data-testid="join-state" data-phase=${phase}>
			${words} ${phase === 'waiting' ? texts.state.waiting : nothing}
			${(code || failure === 'no-path') && message && phase !== 'live' ? html`<small>${texts.state.detail} ${message}</small>` : nothing}
			${phase === 'refused' ? html`<p><button data-testid="rejoin-button" @click=${() => this.#visit.join()}>${texts.retry}</button></p>` : nothing}
		</div>`;
	}

	/** What the operator has changed for this guest, including a revoked link. */
	#notices() {
		const { texts } = this.#language;
		const { status, revoked } = this.#visit.channel;
		if (revoked) return html`<p class="notice" role="status" data-testid="revoked">${texts.notices.revoked}</p>`;
		if (!status) return nothing;
		const cap = status.maxKbps === null ? null : texts.notices.cap(status.maxKbps / 1000);
		return html`
			${status.muted ? html`<p class="notice" role="status" data-testid="studio-mute">${texts.notices.muted}</p>` : nothing}
			${cap ? html`<p class="notice" role="status" data-testid="studio-cap">${cap}</p>` : nothing}
		`;
	}

	/** The studio's newest message, until the guest confirms it. */
	#banner() {
		const { texts } = this.#language;
		const { unread } = this.#visit;
		return html`<div role="alert">${
			unread
				? html`<div class="banner" data-testid="message-banner">
					<p>${unread.text}</p>
					<button class="primary" data-testid="message-read" @click=${() => this.#visit.read(unread)}>${texts.messages.gotIt}</button>
				</div>`
				: nothing
		}</div>`;
	}

	#self() {
		const { devices, screen, outgoing, muted, cameraOff } = this.#visit;
		const sharing = screen.track !== null;
		return html`<r58-self-view
			.texts=${this.#language.texts} .stream=${outgoing} ?mirrored=${this.mirror && !sharing && devices.facesUser} ?whole=${sharing}
			?off=${cameraOff && !sharing} ?muted=${muted} ?paused=${devices.paused && !sharing} ?failed=${devices.reason !== null}
		></r58-self-view>`;
	}

	#pickers() {
		const { devices } = this.#visit;
		return html`<r58-pickers
			.texts=${this.#language.texts} .cameras=${devices.cameras} .microphones=${devices.microphones} .speakers=${devices.speakers}
			.camera=${devices.chosen('video')} .microphone=${devices.chosen('audio')} .speaker=${this.speaker}
			@choose=${({ detail }: CustomEvent<Choice>) => this.#choose(detail)}
		></r58-pickers>`;
	}

	#soundCheck() {
		const { devices } = this.#visit;
		return html`<r58-sound-check
			.texts=${this.#language.texts} .track=${devices.track('audio')} ?ready=${devices.stream !== null}
		></r58-sound-check>`;
	}

	#adjustments() {
		const on = Object.fromEntries(processings.map((processing) => [processing, isOn(processing)])) as Record<Processing, boolean>;
		return html`<r58-adjustments
			.texts=${this.#language.texts} ?mirror=${this.mirror} .size=${rememberedSize()} .bitrate=${this.#visit.bitrate} .on=${on}
			@adjust=${({ detail }: CustomEvent<Adjustment>) => this.#adjust(detail)}
		></r58-adjustments>`;
	}

	#deviceError() {
		const { texts } = this.#language;
		const { reason } = this.#visit.devices;
		if (!reason) return nothing;
		const { title, remedy } = texts.reasons[reason.code];
		return html`<div class="callout" role="alert" data-testid="device-error" data-reason=${reason.code}>
			<b>${title}</b>
			<p>${remedy}${reason.detail ? ` (${reason.detail})` : ''}</p>
			${
				reason.code === 'insecure'
					? nothing
					: html`<button data-testid="device-retry" @click=${() => this.#visit.devices.open()}>${texts.retry}</button>`
			}
		</div>`;
	}

	#choose({ device, deviceId }: Choice): void {
		if (device === 'speaker') {
			this.speaker = deviceId;
			remember('speaker', deviceId);
		} else void this.#visit.devices.choose(device === 'camera' ? 'video' : 'audio', deviceId);
	}

	#adjust(change: Adjustment): void {
		if ('mirror' in change) {
			this.mirror = change.mirror;
			remember('mirror', change.mirror ? 'on' : 'off');
		} else if ('size' in change) void this.#visit.devices.resize(change.size);
		else if ('bitrate' in change) {
			this.#visit.bitrate = change.bitrate;
			remember('bitrate', String(change.bitrate ?? 0));
		} else void this.#visit.devices.process(change.processing, change.on);
		this.requestUpdate();
	}

	#setVolume(volume: number): void {
		this.volume = volume;
		remember('volume', String(volume));
	}
}
