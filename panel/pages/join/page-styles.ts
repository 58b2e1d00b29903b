import { css } from 'lit';

/** A 16:9 picture with text over it. */
export const pictureStyles = css`
	:host { display: block; min-width: 0; }
	figure { position: relative; aspect-ratio: 16 / 9; overflow: hidden; border-radius: 12px; background: #000; }
	video { display: block; width: 100%; height: 100%; }
	.over {
		position: absolute;
		inset: 0;
		display: grid;
		place-items: center;
		padding: 12px;
		text-align: center;
		color: #fff;
		background: rgb(0 0 0 / 0.6);
	}
	.badge { position: absolute; left: 6px; bottom: 6px; padding: 1px 8px; border-radius: 6px; font-size: 0.8rem; font-weight: 600; }
`;

export const iconStyles = css`
	.icon { flex: none; fill: none; stroke: currentcolor; stroke-width: 2; stroke-linecap: round; stroke-linejoin: round; }
`;

export const disclosureStyles = css`
	summary { display: flex; align-items: center; min-height: var(--target); cursor: pointer; font-weight: 600; list-style: none; }
	summary::-webkit-details-marker { display: none; }
	summary::after { content: '▾'; margin-left: auto; padding-left: 8px; color: var(--dim); }
	details[open] > summary::after { content: '▴'; }
`;

/**
 * Phone: one column, with the most used buttons at the bottom. Wide: the studio on the left, the guest's own things on the right.
 */
export const joinStyles = css`
	.page { max-width: 1180px; padding-bottom: 24px; }
	.columns { display: grid; gap: 16px; grid-template-columns: minmax(0, 1fr); align-items: start; }
	.side, .main { display: grid; gap: 12px; grid-template-columns: minmax(0, 1fr); align-content: start; }
	.top { flex-wrap: nowrap; }
	.top h1 { min-width: 0; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
	.studio[data-named]::after { content: ' · '; white-space: pre; }
	.pair { display: grid; gap: 12px; }
	.large { min-height: 60px; font-size: 1.2rem; width: 100%; }
	.state {
		padding: 10px 14px;
		border-left: 4px solid var(--accent);
		border-radius: 4px;
		background: var(--raised);
		font-weight: 600;
	}
	.state.live { border-color: var(--ok); }
	.state.waiting, .state.refused { border-color: var(--bad); background: var(--bad-surface); }
	.state small { display: block; margin-top: 4px; font-weight: 400; color: var(--dim); overflow-wrap: anywhere; }
	.callout { display: grid; gap: 8px; justify-items: start; }
	.notice { padding: 8px 14px; border-left: 4px solid var(--warn); border-radius: 4px; background: var(--warn-surface); font-weight: 600; }
	.banner {
		display: flex;
		flex-wrap: wrap;
		align-items: center;
		gap: 8px 14px;
		padding: 10px 10px 10px 16px;
		border: 2px solid var(--accent);
		border-radius: var(--radius);
		background: var(--surface);
		box-shadow: 0 4px 20px rgb(0 0 0 / 0.35);
	}
	.banner p { flex: 1 1 200px; font-size: 1.2rem; font-weight: 600; overflow-wrap: anywhere; }
	.card details { margin: -8px 0; }
	details > div { display: grid; grid-template-columns: minmax(0, 1fr); gap: 14px; padding: 4px 0 12px; }
	.dock { position: sticky; bottom: 0; z-index: 2; margin: 0 -16px; padding: 8px 16px; background: var(--bg); }
	/* Around the whole screen, over everything: visible from the corner of an eye that looks into the lens. */
	.frame { position: fixed; inset: 0; z-index: 9; border: 6px solid var(--program); pointer-events: none; }
	@media (max-width: 759px) {
		.page { padding: 12px 12px 0; gap: 12px; }
		.top h1 { font-size: 1.1rem; }
		.studio[data-named] { display: none; }
		.dock { order: 9; margin: 0 -12px; padding: 8px 12px calc(8px + env(safe-area-inset-bottom)); border-top: 1px solid var(--line); }
		.room .pair { grid-template-columns: 46% minmax(0, 1fr); align-items: center; }
	}
	@media (min-width: 760px) {
		.columns { grid-template-columns: minmax(0, 1.9fr) minmax(300px, 1fr); gap: 20px; }
		.room { grid-template-rows: auto 1fr; }
		.room .side { grid-area: 1 / 2 / span 2 / auto; }
		.setup .dock { position: static; margin: 0; padding: 0; }
	}
`;
