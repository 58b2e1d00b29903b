import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { Strip } from '../../../service/contract/audio.js';
import type { Guest } from '../../../service/contract/guests.js';
import { dark, type Lamps } from '../../../service/contract/tally.js';
import type { Commands } from '../../data/commands.js';
import { asSentence } from '../../data/refusal.js';
import { bitrate, decibels, number, percent, picture } from '../../elements/format.js';
import { base } from '../../elements/styles.js';
import { t } from '../../texts/texts.js';
import './guest-conversation.js';

const capsKbps = [4000, 2500, 1500, 1000, 500];

/** Measurements of a guest's connection, in short. */
export function figuresOf({ path, codec, video, kbps, rttMs, lossPct }: Guest): string[] {
	const words = t.switcher.guests;
	const figures = [
		path === null ? null : words.paths[path],
		codec,
		video === null ? null : picture(video),
		kbps === null ? null : bitrate(kbps),
		rttMs === null ? null : `${Math.round(rttMs)} ms`,
		lossPct ? words.lost(percent(lossPct, 1)) : null,
	];
	return figures.filter((figure) => figure !== null);
}

/** One guest: state of the connection, and the operator's actions. */
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
	/** Newest message from the guest that the operator has seen here. */
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
					${tally.program ? html`<span class="lamp program">${t.switcher.pgm}</span>` : nothing}
					${tally.preview ? html`<span class="lamp preview">${t.switcher.pvw}</span>` : nothing}
				</div>
				<button
					data-testid="guest-links-${guest.id}" aria-label=${t.switcher.guests.invitesOf(guest.name)}
					@click=${() => this.dispatchEvent(new CustomEvent('links'))}
				>${t.switcher.guests.invites}</button>
				<button
					data-testid="guest-remove-${guest.id}" aria-label=${t.switcher.guests.removeOf(guest.name)}
					@click=${() => this.commands.removeGuest(guest.id, guest.name)}
				>${t.switcher.guests.remove}</button>
			</div>
			<div>
				<p class="small ${guest.state}" role="status">${guest.nothingSent ? t.switcher.guests.nothingSent : t.switcher.guests.states[guest.state]}</p>
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
		const words = t.switcher.guests;
		return html`<div class="actions">
			<button data-testid="air-${id}" aria-label=${words.onAirOf(name)} @click=${() => this.commands.cutToSource(id)}>${words.onAir}</button>
			<button
				class="mute" data-testid="guest-mute-${id}" aria-pressed=${muted} aria-label=${t.switcher.sound.muteOf(name, muted)} ?disabled=${!this.strip}
				@click=${() => this.commands.strip(id, { mute: !muted })}
			>${muted ? t.switcher.sound.muted : t.switcher.sound.mute}</button>
			<button
				data-testid="guest-more-${id}" aria-expanded=${this.open} aria-label=${words.moreOf(name, unread > 0 ? ` ${unread}` : '')}
				@click=${() => (this.open = !this.open)}
			>${words.more}${unread > 0 ? html`<span class="badge" data-testid="unread-${id}">${unread}</span>` : nothing}</button>
		</div>`;
	}

	#more() {
		const { id, name, maxKbps } = this.guest;
		const gainDb = this.strip?.gainDb ?? 0;
		const words = t.switcher.guests;
		return html`<div class="more">
			<r58-guest-conversation .commands=${this.commands} .guest=${this.guest}></r58-guest-conversation>
			<label>${words.volume(decibels(gainDb))}
				<input
					type="range" min="-60" max="12" step="0.5" data-testid="guest-gain-${id}" .value=${String(gainDb)}
					aria-label=${words.volumeOf(name)} aria-valuetext=${decibels(gainDb)}
					@change=${(event: Event) => this.commands.strip(id, { gainDb: Number((event.target as HTMLInputElement).value) })}
				/>
			</label>
			<label>${words.cap}
				<select
					data-testid="guest-cap-${id}"
					@change=${(event: Event) => this.commands.guest(id, { maxKbps: Number((event.target as HTMLSelectElement).value) || null })}
				>
					<option value="0" ?selected=${maxKbps === null}>${words.noCap}</option>
					${this.#caps().map((kbps) => html`<option value=${kbps} ?selected=${kbps === maxKbps}>${number(kbps / 1000, { most: 1 })} Mbit/s</option>`)}
				</select>
			</label>
		</div>`;
	}

	/** The usual limits plus the current one, which an API client may have set. */
	#caps(): number[] {
		const { maxKbps } = this.guest;
		return maxKbps === null || capsKbps.includes(maxKbps) ? capsKbps : [maxKbps, ...capsKbps];
	}
}
