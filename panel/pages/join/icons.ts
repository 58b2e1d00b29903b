import { html, svg } from 'lit';

/** Line icons on a 24 × 24 grid. */
const paths = {
	microphone: svg`<rect x="9" y="3" width="6" height="11" rx="3" /><path d="M5 11a7 7 0 0 0 14 0M12 18v3" />`,
	camera: svg`<rect x="2.5" y="6" width="13" height="12" rx="2.5" /><path d="m15.5 11 6-3.5v9l-6-3.5" />`,
	turn: svg`<path d="M4 12a8 8 0 0 1 14-5.3L20 9M20 4v5h-5M20 12a8 8 0 0 1-14 5.3L4 15M4 20v-5h5" />`,
	screen: svg`<rect x="3" y="4" width="18" height="12" rx="2" /><path d="M8 20h8M12 13V7m-3 3 3-3 3 3" />`,
	leave: svg`<path d="M3 14.5c0-2 4-4 9-4s9 2 9 4v1.3a1.2 1.2 0 0 1-1.4 1.2l-3-.6a1.2 1.2 0 0 1-1-1.2v-1.7a14 14 0 0 0-7.2 0v1.7a1.2 1.2 0 0 1-1 1.2l-3 .6A1.2 1.2 0 0 1 3 15.8z" />`,
	off: svg`<path d="m4 4 16 16" class="slash" />`,
};
export type Icon = Exclude<keyof typeof paths, 'off'>;

/** An icon beside a word, never instead of one. `off` strikes it through. */
export function icon(name: Icon, off = false) {
	return html`<svg class="icon" viewBox="0 0 24 24" width="24" height="24" aria-hidden="true">${paths[name]}${off ? paths.off : ''}</svg>`;
}
