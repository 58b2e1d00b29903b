import { css } from 'lit';

/**
 * Wide: monitors, sources and sound on the left, everything for the next take on the right. Tablet: one column with the take
 * buttons in the middle. Phone: the take buttons stay within reach at the bottom.
 */
export const pageStyles = css`
	:host { display: block; min-height: 100dvh; }
	main { display: grid; gap: var(--gap); padding: var(--gap); grid-template-columns: minmax(0, 1fr); align-items: start; }
	.monitors { position: relative; display: grid; grid-template-columns: repeat(2, minmax(0, 1fr)); gap: var(--gap); }
	.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(148px, 1fr)); gap: 10px; align-content: start; }
	.waiting { padding: 20vh 20px; text-align: center; font-size: 1.1rem; }
	/* Over the page, not in it: nothing may move under a finger about to tap. */
	.hint {
		position: fixed;
		inset: auto 12px 12px;
		z-index: 6;
		display: flex;
		flex-wrap: wrap;
		align-items: center;
		gap: 8px;
		max-width: 560px;
		margin: 0 auto;
		padding: 6px 6px 6px 14px;
		border: 2px solid var(--accent);
		border-radius: var(--radius);
		background: var(--raised);
		box-shadow: 0 4px 16px rgb(0 0 0 / 0.4);
	}
	.hint span { flex: 1; font-weight: 600; }
	video { position: fixed; left: 0; bottom: 0; width: 2px; height: 2px; opacity: 0.01; pointer-events: none; }

	.desk { transition: filter 0.2s; }
	.desk[data-offline] { filter: grayscale(1) brightness(0.75); opacity: 0.6; cursor: not-allowed; }
	.banner {
		position: sticky;
		top: 0;
		z-index: 10;
		padding: 14px;
		text-align: center;
		background: var(--warn-surface);
		border-bottom: 3px solid var(--warn);
		font-size: 1.05rem;
	}

	@media (min-width: 1100px) {
		main {
			grid-template-columns: minmax(0, 1fr) 320px;
			grid-template-areas: 'monitors side' 'tiles side' 'audio side';
			grid-template-rows: auto auto 1fr;
			column-gap: 16px;
		}
		.monitors { grid-area: monitors; }
		.tiles { grid-area: tiles; }
		.audio { grid-area: audio; }
		.side { grid-area: side; display: grid; gap: var(--gap); position: sticky; top: var(--gap); }
	}
	@media (max-width: 1099px) {
		.side { display: contents; }
		.monitors { order: 1; }
		.tiles { grid-template-columns: repeat(auto-fit, minmax(168px, 1fr)); }
		.take { order: 2; }
		.tiles { order: 3; }
		.layouts { order: 4; }
		.audio { order: 5; }
		.guests { order: 6; }
	}
	@media (max-width: 599px) {
		main { gap: 8px; padding: 8px; }
		.monitors { gap: 8px; }
		.tiles { grid-template-columns: repeat(2, minmax(0, 1fr)); }
		/* Over the mix durations only: CUT, MIX and the sources stay uncovered. */
		.hint { inset: auto 4px 4px; flex-wrap: nowrap; padding-left: 10px; line-height: 1.2; }
		.take {
			order: 9;
			position: sticky;
			bottom: 0;
			z-index: 5;
			margin: 0 -8px -8px;
			border-radius: 0;
			border-width: 1px 0 0;
			box-shadow: 0 -4px 16px rgb(0 0 0 / 0.3);
		}
	}
`;
