import { css } from 'lit';

export const monitorStyles = css`
	:host { display: block; min-width: 0; }
	.monitor { display: grid; gap: 6px; }
	.screen { position: relative; aspect-ratio: 16 / 9; overflow: hidden; border-radius: 6px; background: #000; }
	.screen > r58-picture, video {
		display: block;
		width: 100%;
		height: 100%;
		aspect-ratio: auto;
		object-fit: contain;
		background: #000;
	}
	.screen.bus::after { z-index: 2; }
	.message {
		position: absolute;
		inset: 0;
		z-index: 1;
		display: grid;
		place-items: center;
		padding: 8px;
		text-align: center;
		font-size: 0.9rem;
		pointer-events: none;
	}
	.message span { padding: 4px 10px; border-radius: 4px; background: rgb(0 0 0 / 0.8); color: #fff; }
	.caption { display: flex; align-items: center; gap: 8px; min-height: var(--target); min-width: 0; }
	.what { flex: 1; min-width: 0; font-weight: 600; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
	.caption button { font-size: 0.9rem; padding: 0 10px; }
	@media (max-width: 599px) {
		.caption { gap: 6px; }
		.what { font-size: 0.9rem; }
		.caption button { font-size: 0.8rem; padding: 0 6px; }
	}
`;
