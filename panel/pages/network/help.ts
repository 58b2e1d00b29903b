import { css, html, LitElement, svg } from 'lit';
import { customElement } from 'lit/decorators.js';
import { base } from '../../elements/styles.js';
import { t } from '../../texts/texts.js';

/** Explains, with a drawing, the paths a guest's picture and sound can take. */
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
		const { intro, lan, ports, stun, turn, options } = t.network.help;
		return html`
			<div class="picture" tabindex="0">${picture()}</div>
			<p>${intro.before}<b>${intro.page}</b>${intro.middle}<b>${intro.media}</b>${intro.after}</p>
			<dl>
				<dt>${lan.title}</dt>
				<dd>${lan.text}</dd>
				<dt>${ports.title}</dt>
				<dd>${ports.text}</dd>
				<dt>${stun.title}</dt>
				<dd>${stun.text} <code>stun:stun.cloudflare.com:3478</code> ${stun.example}</dd>
				<dt>${turn.title}</dt>
				<dd>
					${turn.text} (<code>use-auth-secret</code>, <code>static-auth-secret=…</code>) ${turn.enter}
					<code>turn:HOST:3478</code> <code>turn:HOST:3478?transport=tcp</code> <code>turns:HOST:5349</code> ${turn.secret}
				</dd>
			</dl>
			<p>${options}</p>
		`;
	}
}

const box = (x: number, y: number, width: number, label: string, note: string) => svg`
	<rect class="box" x=${x} y=${y} width=${width} height="56" rx="8"></rect>
	<text x=${x + width / 2} y=${y + 25}>${label}</text><text class="note" x=${x + width / 2} y=${y + 43}>${note}</text>`;

function picture() {
	const { picture: label, drawing: words } = t.network.help;
	return html`<svg viewBox="0 0 760 290" role="img" aria-label=${label}>
	<path d="M150 58 H 300"></path><text class="note" x="225" y="50">${words.directly}</text>
	<path d="M380 86 V 150"></path>
	<path d="M460 168 H 610 "></path><text class="note" x="536" y="160">${words.ports}</text>
	<text class="note" x="536" y="186">3 STUN</text>
	<path d="M380 206 V 250 H 460"></path><path d="M620 250 H 680 V 206"></path><text class="note" x="660" y="270">4</text>
	<path class="page" d="M460 48 H 690 V 150"></path><text class="note" x="575" y="40">${words.page}</text>
	${box(10, 30, 140, words.guest, words.here)}
	${box(300, 30, 160, words.studio, words.machine)}
	${box(300, 150, 160, words.router, words.internet)}
	${box(610, 150, 140, words.guest, words.outside)}
	${box(460, 226, 160, words.turn, words.yours)}
</svg>`;
}
