import { html, LitElement, nothing } from 'lit';
import { customElement, query, state } from 'lit/decorators.js';
import type { Guest } from '../../service/api/schema.js';
import { request, sentence } from '../api/http.js';
import { currentSession, fragmentToken } from '../api/session.js';
import type { Meter } from '../common/meter.js';
import { base, pageStyles } from '../common/styles.js';
import type { Status } from '../webrtc/connection.js';
import { Whep } from '../webrtc/whep.js';
import { Whip } from '../webrtc/whip.js';
import { Devices, type Kind } from './devices.js';
import { doorIsOpen } from './door.js';
import { MicrophoneLevel } from './microphone-level.js';
import { joinStyles } from './page-styles.js';
import '../common/meter.js';
import '../common/theme-switch.js';
import './reach-notice.js';

const noInvite = 'This page needs an invite link. Ask the studio for one and open it as it is, with everything after the # sign.';
const badInvite = 'This invite is not valid any more. Ask the studio for a new link.';

/** A guest's page: choose camera and microphone, see yourself, join, hear and see the program. */
@customElement('r58-join-page')
export class JoinPage extends LitElement {
	static override styles = [base, pageStyles, joinStyles];
	@state() private guest: string | null = null;
	@state() private name: string | null = null;
	/** Why nobody can join with this link. */
	@state() private problem: string | null = null;
	/** Nobody invited, and the door is open: the name is asked for, and the operator. */
	@state() private atDoor = false;
	@state() private joined = false;
	@state() private muted = false;
	@state() private cameraOff = false;
	@state() private volume = 1;
	@query('r58-meter') private meter!: Meter | null;
	@query('[data-testid="return-video"]') private returnVideo!: HTMLVideoElement | null;
	#token = fragmentToken();
	#devices = new Devices(this);
	#level = new MicrophoneLevel(this, () => this.meter);
	#whip = new Whip(this);
	#whep = new Whep(
		this,
		() => this.returnVideo,
		() => this.#token,
	);

	override connectedCallback(): void {
		super.connectedCallback();
		void this.#identify();
		void this.#devices.open();
	}

	override updated(): void {
		this.#level.listen(this.#devices.stream);
		if (this.returnVideo) this.returnVideo.volume = this.volume;
	}

	override render() {
		return html`<div class="page">
			<div class="top">
				<h1>R58 Studio${this.name ? html` · <span data-testid="join-name">${this.name}</span>` : nothing}</h1>
				<r58-theme-switch></r58-theme-switch>
			</div>
			${this.problem ? this.#invalid(this.problem) : this.joined ? this.#inside() : this.#outside()}
		</div>`;
	}

	#invalid(problem: string) {
		return html`<div class="problem" role="alert" data-testid="join-problem"><b>You cannot join with this link</b><p>${problem}</p></div>
			<button @click=${() => this.#identify()}>Try again</button>`;
	}

	#outside() {
		const ready = this.guest !== null && this.#devices.stream !== null;
		return html`
			<p class="dim">Check picture and sound, then join. Headphones keep your microphone from hearing the program.</p>
			<div class="columns">
				${this.#self()}
				<div class="side">
					${this.#trouble()} ${this.#pickers()}
					${this.guest === null ? nothing : html`<r58-reach-notice .token=${this.#token}></r58-reach-notice>`}
					${this.atDoor ? html`<r58-door></r58-door>` : this.#joinButton(ready)}
				</div>
			</div>
		`;
	}

	#joinButton(ready: boolean) {
		return html`<button class="primary large" data-testid="join-button" ?disabled=${!ready} @click=${this.#join}>Join</button>`;
	}

	#inside() {
		const { phase, message } = this.#whip.status;
		return html`
			<p class="state ${phase}" role="status" data-testid="join-state" data-phase=${phase}>${message ?? (phase === 'live' ? this.#presence() : phaseWords[phase])}</p>
			<div class="columns">
				<div class="return">
					<video data-testid="return-video" autoplay playsinline .srcObject=${this.#whep.stream}></video>
					${this.#whep.live ? nothing : html`<p class="over">${this.#whep.status.message ?? 'The program appears here in a moment…'}</p>`}
				</div>
				<div class="side">
					${this.#self()}
					<div class="controls">
						<button data-testid="mute-button" aria-pressed=${this.muted} @click=${this.#mute}>${this.muted ? 'Muted' : 'Mute'}</button>
						<button data-testid="camera-button" ?disabled=${this.#devices.missing === 'video'} aria-pressed=${this.cameraOff} @click=${this.#hideCamera}>
							${this.cameraOff ? 'Camera is off' : 'Camera off'}
						</button>
						<button class="danger" data-testid="leave-button" @click=${this.#leave}>Leave</button>
					</div>
					<label for="volume">Volume of the program</label>
					<input
						id="volume" type="range" min="0" max="1" step="0.05" data-testid="return-volume" .value=${String(this.volume)}
						aria-valuetext="${Math.round(this.volume * 100)} %" @input=${this.#setVolume}
					/>
					<p class="dim small">Use headphones. Without them others may hear themselves through your microphone.</p>
					${this.#trouble()}
					<details><summary>Camera and microphone</summary>${this.#pickers()}</details>
				</div>
			</div>
		`;
	}

	#self() {
		const { stream, missing, reason } = this.#devices;
		const text = !stream
			? reason
				? 'No picture'
				: 'Waiting for your camera…'
			: missing === 'video'
				? 'No camera: you join with sound only'
				: null;
		return html`<div class="self">
			<video data-testid="self-video" autoplay playsinline muted .muted=${true} .srcObject=${stream} ?data-off=${this.cameraOff}></video>
			${text ? html`<p class="over">${text}</p>` : this.cameraOff ? html`<p class="over">Your camera is off</p>` : nothing}
			${this.muted ? html`<span class="badge">Microphone muted</span>` : nothing}
		</div>`;
	}

	/** What reaches the studio of this guest: never more than is sent. */
	#presence(): string {
		const { missing } = this.#devices;
		const senses = [this.cameraOff || missing === 'video' ? '' : 'sees', this.muted || missing === 'audio' ? '' : 'hears'];
		const words = senses.filter(Boolean).join(' and ');
		return words ? `You are in. The studio ${words} you.` : 'You are in. The studio neither sees nor hears you.';
	}

	#pickers() {
		const { cameras, microphones, missing } = this.#devices;
		return html`
			<label for="camera">Camera</label>
			${this.#picker('camera', 'video', cameras, 'No camera')}
			<label for="microphone">Microphone</label>
			${this.#picker('microphone', 'audio', microphones, 'No microphone')}
			<r58-meter data-testid="microphone-meter" role="img" aria-label="Level of your microphone"></r58-meter>
			<p class="dim small">
				${missing === 'audio' ? 'No microphone: nobody will hear you.' : 'Speak: the bar moves when your microphone works.'}
			</p>
		`;
	}

	#picker(id: string, kind: Kind, devices: MediaDeviceInfo[], none: string) {
		const chosen = this.#devices.chosen(kind);
		return html`<select
			id=${id} data-testid="${id}-select" ?disabled=${devices.length === 0}
			@change=${(event: Event) => this.#choose(kind, (event.target as HTMLSelectElement).value)}
		>
			${devices.length === 0 ? html`<option>${none}</option>` : nothing}
			${devices.map(
				({ deviceId, label }, index) =>
					html`<option value=${deviceId} ?selected=${deviceId === chosen}>${label || `${id} ${index + 1}`}</option>`,
			)}
		</select>`;
	}

	#trouble() {
		const { reason } = this.#devices;
		if (!reason) return nothing;
		return html`<div class="problem" role="alert" data-testid="device-problem" data-reason=${reason.code}>
			<b>${reason.title}</b>
			<p>${reason.remedy}</p>
			${reason.code === 'insecure' ? nothing : html`<button data-testid="device-retry" @click=${() => this.#devices.open()}>Try again</button>`}
		</div>`;
	}

	/** The token is used as it is, so that a guest link opened beside the switcher does not log the operator out. */
	async #identify(): Promise<void> {
		this.problem = null;
		try {
			this.atDoor = this.#token === null && (await doorIsOpen().catch(() => false));
			if (this.atDoor) return;
			const session = await currentSession(this.#token);
			if (session?.guest == null) {
				this.problem = this.#token === null ? noInvite : badInvite;
				return;
			}
			this.guest = session.guest;
			const { name } = await request<Guest>('GET', `/api/guests/${encodeURIComponent(session.guest)}`, { token: this.#token });
			this.name = name;
		} catch (error) {
			// Without a name one can still join; without a seat one cannot.
			if (this.guest === null) this.problem = sentence(error);
		}
	}

	#join(): void {
		const { stream } = this.#devices;
		if (this.guest === null || stream === null) return;
		this.joined = true;
		this.#whip.join(this.guest, this.#token, stream);
		this.#whep.watch(`return-${this.guest}`);
	}

	#leave(): void {
		this.#whip.leave();
		this.#whep.leave();
		this.joined = false;
	}

	#mute(): void {
		this.muted = !this.muted;
		this.#devices.enable('audio', !this.muted);
	}

	#hideCamera(): void {
		this.cameraOff = !this.cameraOff;
		this.#devices.enable('video', !this.cameraOff);
	}

	async #choose(kind: Kind, deviceId: string): Promise<void> {
		await this.#devices.choose(kind, deviceId);
		if (this.#devices.stream) await this.#whip.change(this.#devices.stream);
	}

	#setVolume(event: Event): void {
		this.volume = Number((event.target as HTMLInputElement).value);
	}
}

const phaseWords: Record<Exclude<Status['phase'], 'live'>, string> = {
	idle: 'Not connected',
	connecting: 'Connecting to the studio…',
	waiting: 'Connection lost. Trying again…',
	refused: 'The studio did not let you in.',
};
