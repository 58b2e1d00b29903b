import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { Visitor } from '../../../service/contract/door.js';
import type { Commands } from '../../data/commands.js';
import { base } from '../../elements/styles.js';
import { t } from '../../texts/texts.js';

/** Who is waiting at the door. The page title shows it too, for an operator looking at another tab. */
@customElement('r58-door-block')
export class DoorBlock extends LitElement {
	static override styles = [
		base,
		css`
			:host { display: block; }
			section { display: grid; gap: 8px; padding: 10px; border: 2px solid var(--warn); border-radius: var(--radius); }
			li { display: flex; flex-wrap: wrap; align-items: center; gap: 8px; }
			li > div { flex-basis: 100%; overflow-wrap: anywhere; }
			li button { flex: 1; }
		`,
	];
	@property({ attribute: false }) commands!: Commands;
	@property({ attribute: false }) visitors: Visitor[] = [];
	#title = '';

	override disconnectedCallback(): void {
		super.disconnectedCallback();
		this.#tell(0);
	}

	override updated(): void {
		this.#tell(this.visitors.length);
	}

	override render() {
		const count = this.visitors.length;
		return html`<div role="alert" aria-live="assertive">
			${
				count === 0
					? nothing
					: html`<section data-testid="door">
				<h2>${t.switcher.guests.waiting(count)}</h2>
				<ul>${this.visitors.map((visitor) => this.#visitor(visitor))}</ul>
			</section>`
			}
		</div>`;
	}

	#visitor({ id, name, address }: Visitor) {
		return html`<li data-testid="visitor">
			<div><b>${name}</b><p class="small dim">${address}</p></div>
			<button class="primary" data-testid="visitor-admit" aria-label=${t.switcher.guests.admitOf(name)} @click=${() => this.commands.admit(id)}>${t.switcher.guests.admit}</button>
			<button data-testid="visitor-refuse" aria-label=${t.switcher.guests.refuseOf(name)} @click=${() => this.commands.refuse(id)}>${t.switcher.guests.refuse}</button>
		</li>`;
	}

	/** Page title `(2) Switcher – …` while two wait. */
	#tell(count: number): void {
		const bare = document.title.startsWith(this.#title) ? document.title.slice(this.#title.length) : document.title;
		this.#title = count === 0 ? '' : `(${count}) `;
		document.title = this.#title + bare;
	}
}
