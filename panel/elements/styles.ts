import { css } from 'lit';

/** Base for every element: box model, buttons, fields, focus. */
export const base = css`
	:host { box-sizing: border-box; }
	:host([hidden]), [hidden] { display: none !important; }
	*, *::before, *::after { box-sizing: border-box; }
	h1, h2, h3, p, ul, ol, dl, dd, figure { margin: 0; padding: 0; }
	ul, ol { list-style: none; }
	h2 { font-size: 0.8rem; font-weight: 650; color: var(--dim); letter-spacing: 0.06em; text-transform: uppercase; }
	a { color: var(--accent); }

	button, .button, select, input, textarea {
		min-height: var(--target);
		font: inherit;
		color: var(--text);
		border-radius: var(--radius);
	}
	button, .button {
		display: inline-flex;
		align-items: center;
		justify-content: center;
		gap: 8px;
		min-width: var(--target);
		padding: 0 14px;
		border: 1px solid var(--line);
		background: var(--raised);
		font-weight: 600;
		text-decoration: none;
		cursor: pointer;
		touch-action: manipulation;
		user-select: none;
		-webkit-user-select: none;
	}
	button:hover:not(:disabled, [aria-pressed='true'], .primary, .danger), .button:hover {
		background: var(--raised-hover);
	}
	button:is([aria-pressed='true'], .primary, .danger):hover { filter: brightness(1.1); }
	button:active:not(:disabled) { filter: brightness(0.9); }
	:is(button, input, select, textarea):disabled { opacity: 0.5; cursor: not-allowed; }
	button[aria-pressed='true'] {
		background: var(--accent);
		border-color: var(--accent);
		color: var(--accent-text);
	}
	button.primary { background: var(--accent); border-color: var(--accent); color: var(--accent-text); }
	button.danger { background: var(--program); border-color: var(--program); color: var(--program-text); }
	button.plain { background: none; border-color: transparent; }
	button.plain:hover:not(:disabled) { background: var(--raised); }

	input, select, textarea {
		width: 100%;
		padding: 0 12px;
		border: 1px solid var(--line);
		background: var(--bg);
	}
	input[type='range'] { padding: 0; border: 0; background: none; accent-color: var(--accent); }
	input[type='checkbox'] { width: 22px; min-height: 22px; height: 22px; margin: 0; accent-color: var(--accent); }
	label { font-weight: 600; }

	:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }

	.card {
		padding: var(--gap);
		background: var(--surface);
		border: 1px solid var(--line);
		border-radius: var(--radius);
	}
	.dim { color: var(--dim); }
	.small { font-size: 0.85rem; }
	.callout {
		padding: 10px 14px;
		border-left: 4px solid var(--bad);
		border-radius: 4px;
		background: var(--bad-surface);
	}
	.visually-hidden {
		position: absolute;
		width: 1px;
		height: 1px;
		overflow: hidden;
		clip-path: inset(50%);
		white-space: nowrap;
	}

	@media (prefers-reduced-motion: reduce) {
		*, *::before, *::after { animation: none !important; transition: none !important; }
	}
`;

/** A page: header line, then the content. */
export const pageStyles = css`
	:host { display: block; min-height: 100dvh; background: var(--bg); color: var(--text); }
	.page { max-width: 980px; margin: 0 auto; padding: 16px; display: grid; gap: 16px; grid-template-columns: minmax(0, 1fr); }
	.top { display: flex; flex-wrap: wrap; align-items: center; gap: 8px 12px; }
	.top h1 { font-size: 1.25rem; margin-right: auto; }
	.empty { display: grid; justify-items: start; gap: 12px; padding: 20px; color: var(--dim); }
	@media (max-width: 599px) {
		.page { padding: 8px; gap: 10px; }
	}
`;

/** A state as a coloured word; the word alone says it too. */
export const badgeStyles = css`
	.badge {
		display: inline-flex;
		align-items: center;
		gap: 6px;
		padding: 1px 8px;
		border-radius: 4px;
		background: var(--raised);
		font-weight: 600;
		font-size: 0.85rem;
		white-space: nowrap;
	}
	.badge::before { content: ''; width: 9px; height: 9px; border-radius: 50%; background: var(--dim); }
	.badge[data-state='live']::before { background: var(--ok); }
	.badge[data-state='starting']::before { background: none; border: 2px solid var(--dim); }
	.badge[data-state='no-signal']::before { background: var(--warn); }
	.badge[data-state='fault'] { background: var(--bad-surface); }
	.badge[data-state='fault']::before { background: var(--bad); border-radius: 0; }
	.badge[data-state='recording'] { background: var(--program); color: var(--program-text); }
	.badge[data-state='recording']::before { background: var(--program-text); }
`;

/** Expandable details in a grid of lines. */
export const disclosureStyles = css`
	summary { min-height: var(--target); display: flex; align-items: center; gap: 8px; font-weight: 600; cursor: pointer; }
	summary::before { content: '▸'; color: var(--dim); }
	details:not([open]) { margin: -6px 0; }
	details[open] summary::before { content: '▾'; }
`;

/** A modal dialog and its heading; each dialog sets its width. */
export const dialogBox = css`
	dialog {
		max-height: calc(100dvh - 16px);
		overflow-y: auto;
		overscroll-behavior: contain;
		padding: 20px;
		border: 1px solid var(--line);
		border-radius: 12px;
		background: var(--surface);
		color: var(--text);
	}
	dialog::backdrop { background: rgb(0 0 0 / 0.6); }
	h2 { font-size: 1.1rem; color: var(--text); text-transform: none; letter-spacing: 0; }
`;
