import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { Buses, Guest, State } from '../../service/api/schema.js';
import { base } from '../common/styles.js';
import type { Commands } from './commands.js';
import { lostOnAir, without } from './without.js';

/** A guest on air whose connection broke: the picture stands still, and one tap shows the rest without it. */
@customElement('r58-guest-lost')
export class GuestLost extends LitElement {
	static override styles = [
		base,
		css`
			:host { display: grid; grid-column: 1 / -1; gap: 8px; }
			:host(:not([any])) { display: none; }
			.lost {
				display: flex;
				flex-wrap: wrap;
				align-items: center;
				gap: 8px 14px;
				padding: 8px 8px 8px 14px;
				border: 2px solid var(--bad);
				border-radius: var(--radius);
				background: var(--bad-surface);
			}
			p { flex: 1 1 220px; font-weight: 600; }
		`,
	];
	@property({ attribute: false }) commands!: Commands;
	@property({ attribute: false }) state!: State;
	@property({ attribute: false }) buses: Buses | null = null;

	override willUpdate(): void {
		this.toggleAttribute('any', lostOnAir(this.state, this.buses).length > 0);
	}

	override render() {
		return html`<div role="alert">${lostOnAir(this.state, this.buses).map((guest) => this.#bar(guest))}</div>`;
	}

	#bar({ id, name }: Guest) {
		const program = this.state.scenes[this.buses?.program ?? ''];
		const replacement = program ? without(id, program, this.state) : null;
		return html`<div class="lost" data-testid="lost-${id}">
			<p>${name} is gone and still on air. The last picture stands.</p>
			${
				replacement
					? html`<button class="primary" data-testid="without-${id}" @click=${() => void this.commands.cutTo(replacement)}>
						Show without ${name}
					</button>`
					: nothing
			}
		</div>`;
	}
}
