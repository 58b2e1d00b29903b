import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { Buses } from '../../../service/contract/buses.js';
import type { Guest } from '../../../service/contract/guests.js';
import type { State } from '../../../service/contract/state.js';
import type { Commands } from '../../data/commands.js';
import { absentOnAir } from '../../data/scenes.js';
import { base } from '../../elements/styles.js';
import { t } from '../../texts/texts.js';

/** A guest on air has gone: the picture is held, and one tap shows the rest without them. */
@customElement('r58-guest-lost')
export class GuestLost extends LitElement {
	static override styles = [
		base,
		css`
			/* Over the captions of the monitors, not beside them: nothing moves under a finger about to tap. */
			:host { position: absolute; inset: auto 0 0 0; z-index: 4; display: grid; gap: 4px; }
			:host(:not([any])) { display: none; }
			.lost {
				display: flex;
				align-items: center;
				gap: 4px 12px;
				min-height: var(--target);
				padding: 0 0 0 12px;
				overflow: hidden;
				border: 2px solid var(--bad);
				border-radius: var(--radius);
				background: var(--bad-surface);
			}
			p { flex: 1; min-width: 0; font-weight: 600; line-height: 1.2; overflow-wrap: anywhere; }
			button { flex: none; max-width: 60%; border-radius: 0; line-height: 1.2; overflow-wrap: anywhere; }
			@media (max-width: 599px) {
				.lost { padding-left: 8px; }
				p, button { font-size: 0.85rem; }
			}
		`,
	];
	@property({ attribute: false }) commands!: Commands;
	@property({ attribute: false }) state!: State;
	@property({ attribute: false }) buses: Buses | null = null;

	override willUpdate(): void {
		this.toggleAttribute('any', absentOnAir(this.state, this.buses).length > 0);
	}

	override render() {
		return html`<div role="alert">${absentOnAir(this.state, this.buses).map((guest) => this.#bar(guest))}</div>`;
	}

	#bar({ id, name, state }: Guest) {
		const others = Object.values(this.state.sources).some((source) => source.id !== id && source.state === 'live');
		const words = t.switcher.guests;
		return html`<div class="lost" data-testid="lost-${id}">
			<p>${state === 'invited' ? words.absent(name) : words.goneOnAir(name)}</p>
			${
				others
					? html`<button class="primary" data-testid="without-${id}" @click=${() => void this.commands.without(id)}>
						${words.without(name)}
					</button>`
					: nothing
			}
		</div>`;
	}
}
