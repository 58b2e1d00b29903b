import { css, html, LitElement, svg } from 'lit';
import { customElement } from 'lit/decorators.js';
import { base } from '../../elements/styles.js';

/** One page with a picture: the ways by which a guest's picture and sound come in. */
@customElement('r58-network-help')
export class NetworkHelp extends LitElement {
	static override styles = [
		base,
		css`
			:host { display: grid; gap: 12px; grid-template-columns: minmax(0, 1fr); }
			.picture { overflow-x: auto; }
			svg { width: 100%; height: auto; min-width: 560px; max-width: 760px; }
			.box { fill: var(--raised); stroke: var(--line); }
			text { fill: var(--text); font: 600 14px system-ui, sans-serif; text-anchor: middle; }
			.note { fill: var(--dim); font-weight: 400; font-size: 12px; }
			path { fill: none; stroke: var(--accent); stroke-width: 2; }
			.page { stroke-dasharray: 5 5; }
			dt { font-weight: 650; margin-top: 8px; }
			code { font: 0.85rem var(--mono); overflow-wrap: anywhere; }
		`,
	];

	override render() {
		return html`
			<div class="picture" tabindex="0">${picture}</div>
			<p>
				A guest’s <b>page</b> (dashed) and a guest’s <b>picture and sound</b> (solid) travel apart. A link that opens is no proof that
				pictures get through: those go by UDP, from address to address. The two sides try these ways at the same time and take the first
				that works:
			</p>
			<dl>
				<dt>1 Local network or VPN</dt>
				<dd>Nothing to set up. Addresses of Tailscale, WireGuard and ZeroTier are told to guests like any other.</dd>
				<dt>2 Forwarded ports</dt>
				<dd>
					The router passes the UDP ports above on to this machine, each to the same number, and the public address is set. Short and
					cheap; guests whose network blocks UDP are left out.
				</dd>
				<dt>3 STUN</dt>
				<dd>
					A server tells each side its address outside, and both knock at the same time. Works with most home routers, not with strict
					ones. <code>stun:stun.cloudflare.com:3478</code> is one of many.
				</dd>
				<dt>4 TURN</dt>
				<dd>
					A server that both can reach passes everything on. It works from everywhere when it listens by UDP, TCP and TLS. Run coturn on
					any small server (<code>use-auth-secret</code>, <code>static-auth-secret=…</code>) and enter
					<code>turn:HOST:3478</code> <code>turn:HOST:3478?transport=tcp</code> <code>turns:HOST:5349</code> with the shared secret; or
					rent it from Cloudflare (key id and API token). The studio itself uses UDP and TCP; TLS is for guests.
				</dd>
			</dl>
			<p>
				“Relay only” allows nothing but 4: nobody learns the address of the other. “Media over TCP” opens the same ports for TCP too: for
				guests on a network without UDP that reach this machine directly.
			</p>
		`;
	}
}

const box = (x: number, y: number, width: number, label: string, note: string) => svg`
	<rect class="box" x=${x} y=${y} width=${width} height="56" rx="8"></rect>
	<text x=${x + width / 2} y=${y + 25}>${label}</text><text class="note" x=${x + width / 2} y=${y + 43}>${note}</text>`;

const picture = html`<svg viewBox="0 0 760 290" role="img" aria-label="A guest in the local network reaches the studio directly. A guest outside reaches it through the router by forwarded ports or STUN, or through a TURN server.">
	<path d="M150 58 H 300"></path><text class="note" x="225" y="50">1 directly</text>
	<path d="M380 86 V 150"></path>
	<path d="M460 168 H 610 "></path><text class="note" x="536" y="160">2 forwarded ports</text>
	<text class="note" x="536" y="186">3 STUN</text>
	<path d="M380 206 V 250 H 460"></path><path d="M620 250 H 680 V 206"></path><text class="note" x="660" y="270">4</text>
	<path class="page" d="M460 48 H 690 V 150"></path><text class="note" x="575" y="40">page: https</text>
	${box(10, 30, 140, 'Guest', 'here, or by VPN')}
	${box(300, 30, 160, 'Studio', 'this machine')}
	${box(300, 150, 160, 'Router', 'to the internet')}
	${box(610, 150, 140, 'Guest', 'outside')}
	${box(460, 226, 160, 'TURN server', 'yours or rented')}
</svg>`;
