import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { Strip } from '../../../service/contract/audio.js';
import type { Guest } from '../../../service/contract/guests.js';
import { dark, type Lamps } from '../../../service/contract/tally.js';
import type { Commands } from '../../data/commands.js';
import { asSentence } from '../../data/refusal.js';
import { decibels } from '../../elements/format.js';
import { base } from '../../elements/styles.js';
import './guest-conversation.js';

const stateWords: Record<Guest['state'], string> = {
	invited: 'Invited, not here yet',
	connecting: 'Connecting…',
	connected: 'Connected',
	lost: 'Gone – the last picture stands',
};
const capsKbps = [4000, 2500, 1500, 1000, 500];

/** What is measured of a guest's connection, in short. */
export function figuresOf({ path, codec, video, kbps, rttMs, lossPct }: Guest): string[] {
	const figures = [
		path,
		codec,
		video === null ? null : `${video.width}×${video.height}, ${video.fps} fps`,
		kbps === null ? null : `${(kbps / 1000).toFixed(1)} Mbit/s`,
		rttMs === null ? null : `${Math.round(rttMs)} ms`,
		lossPct ? `${lossPct.toFixed(1)} % lost` : null,
	];
	return figures.filter((figure) => figure !== null);
}

/** One guest: how the connection is, and what the operator can do. */
@customElement('r58-guest-card')
export class GuestCard extends LitElement {
	static override styles = [
		base,
		css`
			:host { display: grid; gap: 6px; }
			.head { display: flex; align-items: center; gap: 6px; }
			.head > div { flex: 1; min-width: 0; }
			.head b { overflow-wrap: anywhere; hyphens: auto; }
			.head button { padding: 0 10px; font-size: 0.85rem; }
			.lamp { padding: 0 6px; border-radius: 4px; font-size: 0.75rem; font-weight: 700; }
			.program { background: var(--program); color: var(--program-text); }
			.preview { background: var(--preview); color: var(--preview-text); }
			.connected { color: var(--ok); }
			.lost { color: var(--warn); }
			.actions { display: grid; grid-template-columns: repeat(3, minmax(0, 1fr)); gap: 6px; }
			.actions button { padding: 0 6px; font-size: 0.85rem; }
			.mute[aria-pressed='true'] { background: var(--bad-surface); border-color: var(--bad); color: var(--text); }
			.badge { padding: 0 6px; border-radius: 9px; background: var(--accent); color: var(--accent-text); font-size: 0.75rem; }
			[aria-expanded='true'] .badge { background: var(--accent-text); color: var(--accent); }
			.more { display: grid; gap: 10px; padding: 8px 0; }
			.more label { display: grid; gap: 2px; font-size: 0.9rem; }
		`,
	];
	@property({ attribute: false }) commands!: Commands;
	@property({ attribute: false }) guest!: Guest;
	@property({ attribute: false }) strip: Strip | null = null;
	@property({ attribute: false }) tally: Lamps = dark;
	@state() private open = false;
	/** Newest message of the guest that the operator has seen here. */
	@state() private readId = 0;

	override willUpdate(): void {
		if (this.open) this.readId = this.guest.messages.at(-1)?.id ?? 0;
	}

	override render() {
		const { guest, tally } = this;
		const figures = figuresOf(guest);
		return html`
			<div class="head">
				<div>
					<b>${guest.name}</b>
					${tally.program ? html`<span class="lamp program">PGM</span>` : nothing}
					${tally.preview ? html`<span class="lamp preview">PVW</span>` : nothing}
				</div>
				<button
					data-testid="guest-links-${guest.id}" aria-label="Links of ${guest.name}"
					@click=${() => this.dispatchEvent(new CustomEvent('links'))}
				>Links</button>
				<button
					data-testid="guest-remove-${guest.id}" aria-label="Remove ${guest.name}"
					@click=${() => this.commands.removeGuest(guest.id, guest.name)}
				>Remove</button>
			</div>
			<div>
				<p class="small ${guest.state}" role="status">${guest.nothingSent ? 'Connected, nothing sent' : stateWords[guest.state]}</p>
				${figures.length > 0 ? html`<p class="small dim" data-testid="figures-${guest.id}">${figures.join(' · ')}</p>` : nothing}
				${guest.lastError ? html`<p class="small">${asSentence(guest.lastError)}</p>` : nothing}
			</div>
			${this.#actions()} ${this.open ? this.#more() : nothing}
		`;
	}

	#actions() {
		const { id, name, messages } = this.guest;
		const unread = messages.filter((message) => message.from === 'guest' && message.id > this.readId).length;
		const muted = this.strip?.mute ?? false;
		return html`<div class="actions">
			<button data-testid="air-${id}" aria-label="Put ${name} on air" @click=${() => this.commands.cutToSource(id)}>On air</button>
			<button
				class="mute" data-testid="guest-mute-${id}" aria-pressed=${muted} aria-label="${muted ? 'Muted' : 'Mute'}: ${name}" ?disabled=${!this.strip}
				@click=${() => this.commands.strip(id, { mute: !muted })}
			>${muted ? 'Muted' : 'Mute'}</button>
			<button
				data-testid="guest-more-${id}" aria-expanded=${this.open} aria-label="More${unread > 0 ? ` ${unread}` : ''}: messages, volume and limits of ${name}"
				@click=${() => (this.open = !this.open)}
			>More${unread > 0 ? html`<span class="badge" data-testid="unread-${id}">${unread}</span>` : nothing}</button>
		</div>`;
	}

	#more() {
		const { id, name, maxKbps } = this.guest;
		const gainDb = this.strip?.gainDb ?? 0;
		return html`<div class="more">
			<r58-guest-conversation .commands=${this.commands} .guest=${this.guest}></r58-guest-conversation>
			<label>Volume: ${decibels(gainDb)}
				<input
					type="range" min="-60" max="12" step="0.5" data-testid="guest-gain-${id}" .value=${String(gainDb)}
					aria-label="Volume of ${name}" aria-valuetext=${decibels(gainDb)}
					@change=${(event: Event) => this.commands.strip(id, { gainDb: Number((event.target as HTMLInputElement).value) })}
				/>
			</label>
			<label>Video bandwidth limit
				<select
					data-testid="guest-cap-${id}"
					@change=${(event: Event) => this.commands.guest(id, { maxKbps: Number((event.target as HTMLSelectElement).value) || null })}
				>
					<option value="0" ?selected=${maxKbps === null}>No limit</option>
					${this.#caps().map((kbps) => html`<option value=${kbps} ?selected=${kbps === maxKbps}>${kbps / 1000} Mbit/s</option>`)}
				</select>
			</label>
		</div>`;
	}

	/** With the one that is set, also when a program has set another. */
	#caps(): number[] {
		const { maxKbps } = this.guest;
		return maxKbps === null || capsKbps.includes(maxKbps) ? capsKbps : [maxKbps, ...capsKbps];
	}
}
