import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { SessionEntry } from '../../service/contract/accounts.js';
import { t } from '../texts/texts.js';
import { localTime } from './format.js';
import { base } from './styles.js';

/** Logged-in browsers. Event `end` with the session to end. */
@customElement('r58-session-list')
export class SessionList extends LitElement {
	static override styles = [
		base,
		css`
			:host { display: block; }
			li { display: flex; flex-wrap: wrap; align-items: center; gap: 4px 12px; padding: 8px 0; border-top: 1px solid var(--line); }
			li:first-child { border-top: 0; }
			li > div { flex: 1 1 220px; min-width: 0; overflow-wrap: anywhere; }
		`,
	];
	@property({ attribute: false }) sessions: SessionEntry[] = [];
	/** Show the account names too. */
	@property({ type: Boolean }) names = false;

	override render() {
		return html`<ul>${this.sessions.map((session) => this.#row(session))}</ul>`;
	}

	#row(session: SessionEntry) {
		const { name, kind, role, address, agent, createdAt, seenAt, current } = session;
		const browser = browserOf(agent);
		return html`<li data-testid="session">
			<div>
				<p>
					${this.names ? html`<b>${name}</b> <span class="dim">${kind === 'token' ? t.elements.sessions.byToken(t.words.roles[role]) : t.words.roles[role]}</span> · ` : nothing}
					${browser}${address ? ` ${t.elements.sessions.from(address)}` : nothing}
				</p>
				<p class="small dim">${t.elements.sessions.times(localTime(createdAt), localTime(seenAt))}</p>
			</div>
			${
				current
					? html`<b>${t.elements.sessions.thisBrowser}</b>`
					: html`<button
							data-testid="session-end" aria-label=${t.elements.sessions.endOf(this.names ? `${name}, ${browser}` : browser, localTime(createdAt))}
							@click=${() => this.dispatchEvent(new CustomEvent<SessionEntry>('end', { detail: session }))}
						>${t.elements.sessions.end}</button>`
			}
		</li>`;
	}
}

/** Enough to tell one's own devices apart. Browsers claim to be each other, so the order matters. */
export function browserOf(agent: string): string {
	const found = (names: Record<string, string>) => Object.entries(names).find(([mark]) => agent.includes(mark))?.[1];
	const browser = found({ 'Edg/': 'Edge', 'Firefox/': 'Firefox', 'OPR/': 'Opera', 'Chrome/': 'Chrome', 'Safari/': 'Safari' });
	const system = found({
		iPhone: 'iPhone',
		iPad: 'iPad',
		Android: 'Android',
		Windows: 'Windows',
		'Mac OS': 'Mac',
		Linux: 'Linux',
	});
	const name = browser ?? t.elements.sessions.unknownBrowser;
	return system === undefined ? name : t.elements.sessions.on(name, system);
}
