import { css } from 'lit';

/** Red with a thick border is on air, green with a thin one is next; words say the same (WCAG 1.4.1, 1.4.11). */
export const tallyStyles = css`
	.bus { border: 0; box-shadow: inset 0 0 0 1px var(--line); position: relative; }
	.bus::after {
		content: '';
		position: absolute;
		inset: 0;
		border-radius: inherit;
		pointer-events: none;
		box-shadow: inset 0 0 0 1px var(--line);
	}
	.bus.program::after { box-shadow: inset 0 0 0 5px var(--program); }
	.bus.preview::after { box-shadow: inset 0 0 0 2px var(--preview), inset 0 0 0 3px #000; }
	.bus[aria-pressed='true'] { background: var(--raised); color: var(--text); }
	.lamps { position: absolute; top: 6px; left: 6px; display: flex; flex-wrap: wrap; gap: 4px; max-width: calc(100% - 56px); }
	.lamp {
		padding: 1px 7px;
		border-radius: 4px;
		font-size: 0.8rem;
		font-weight: 700;
		letter-spacing: 0.04em;
		background: #33383f;
		color: #fff;
	}
	.lamp.program { background: var(--program); color: var(--program-text); }
	.lamp.preview { background: var(--preview); color: var(--preview-text); }
`;
