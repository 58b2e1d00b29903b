import { css } from 'lit';

/** Rows of a list with their actions. */
export const listStyles = css`
	:host { display: grid; gap: 8px; grid-template-columns: minmax(0, 1fr); justify-items: start; }
	ul { width: 100%; }
	li { display: flex; flex-wrap: wrap; align-items: center; gap: 4px 12px; padding: 8px 0; border-top: 1px solid var(--line); }
	li:first-child { border-top: 0; }
	li > div:first-child { flex: 1 1 220px; min-width: 0; overflow-wrap: anywhere; }
	.row { display: flex; flex-wrap: wrap; gap: 8px; }
`;
