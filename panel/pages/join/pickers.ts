import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { base } from '../../elements/styles.js';
import type { Guest as Texts } from '../../texts/en/guest.js';

export type Picked = 'camera' | 'microphone' | 'speaker';
export interface Choice {
	device: Picked;
	deviceId: string;
}

/** Camera, microphone and, if the browser lets a page choose it, the speaker. Dispatches `choose`. */
@customElement('r58-pickers')
export class Pickers extends LitElement {
	static override styles = [
		base,
		css`:host, div { display: grid; grid-template-columns: minmax(0, 1fr); gap: 4px; } :host { gap: 12px; }`,
	];
	@property({ attribute: false }) texts!: Texts;
	@property({ attribute: false }) cameras: MediaDeviceInfo[] = [];
	@property({ attribute: false }) microphones: MediaDeviceInfo[] = [];
	@property({ attribute: false }) speakers: MediaDeviceInfo[] = [];
	@property() camera = '';
	@property() microphone = '';
	@property() speaker = '';

	override render() {
		const { texts, cameras, microphones, speakers } = this;
		return html`
			${this.#picker('camera', texts.devices.camera, cameras, texts.devices.noCamera)}
			${this.#picker('microphone', texts.devices.microphone, microphones, texts.devices.noMicrophone)}
			${speakers.length > 0 && 'setSinkId' in HTMLMediaElement.prototype ? this.#picker('speaker', texts.devices.speaker, speakers, '') : nothing}
		`;
	}

	#picker(device: Picked, name: string, found: MediaDeviceInfo[], none: string) {
		const chosen = this[device];
		return html`<div>
			<label for=${device}>${name}</label>
			<select
				id=${device} data-testid="${device}-select" ?disabled=${found.length === 0}
				@change=${(event: Event) => this.#choose({ device, deviceId: (event.target as HTMLSelectElement).value })}
			>
				${found.length === 0 ? html`<option>${none}</option>` : nothing}
				${device === 'speaker' ? html`<option value="" ?selected=${chosen === ''}>${this.texts.devices.standard}</option>` : nothing}
				${found.map(
					({ deviceId, label }, index) =>
						html`<option value=${deviceId} ?selected=${deviceId === chosen}>${label || this.texts.devices.nth(name, index + 1)}</option>`,
				)}
			</select>
		</div>`;
	}

	#choose(detail: Choice): void {
		this.dispatchEvent(new CustomEvent<Choice>('choose', { detail }));
	}
}
