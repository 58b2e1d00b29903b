import { css } from 'lit';

export const joinStyles = css`
	.columns { display: grid; gap: 16px; grid-template-columns: minmax(0, 1fr); align-items: start; }
	.side { display: grid; gap: 10px; grid-template-columns: minmax(0, 1fr); }
	.self, .return { position: relative; aspect-ratio: 16 / 9; overflow: hidden; border-radius: 12px; background: #000; }
	video { display: block; width: 100%; height: 100%; object-fit: contain; }
	.self video { transform: scaleX(-1); object-fit: cover; }
	.self video[data-off] { visibility: hidden; }
	.over {
		position: absolute;
		inset: 0;
		display: grid;
		place-items: center;
		padding: 16px;
		text-align: center;
		color: #fff;
		background: rgb(0 0 0 / 0.6);
	}
	.badge {
		position: absolute;
		left: 8px;
		bottom: 8px;
		padding: 2px 10px;
		border-radius: 6px;
		background: var(--program);
		color: var(--program-text);
		font-weight: 600;
	}
	.side .self { max-width: 260px; }
	.large { min-height: 60px; font-size: 1.2rem; }
	.controls { display: grid; grid-template-columns: repeat(auto-fit, minmax(96px, 1fr)); gap: 8px; }
	.controls button { min-height: 56px; }
	.state {
		padding: 10px 14px;
		border-left: 4px solid var(--accent);
		border-radius: 4px;
		background: var(--raised);
		font-weight: 600;
	}
	.state.live { border-color: var(--ok); }
	.state.waiting, .state.refused { border-color: var(--bad); background: var(--bad-surface); }
	.problem { display: grid; gap: 6px; justify-items: start; }
	details { border-top: 1px solid var(--line); }
	details[open] { display: grid; gap: 8px; }
	summary { display: flex; align-items: center; min-height: var(--target); cursor: pointer; font-weight: 600; }
	summary::before { content: '▸ '; white-space: pre; }
	details[open] > summary::before { content: '▾ '; }
	@media (min-width: 760px) {
		.columns { grid-template-columns: minmax(0, 1.7fr) minmax(260px, 1fr); }
	}
`;
