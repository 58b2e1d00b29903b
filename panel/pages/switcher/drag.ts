/** Movement that turns a press into a drag, px. */
const slopPx = 8;
/** A finger that rests this long starts a drag; one that moves sooner scrolls the page. */
const holdMs = 250;

export interface DragOptions {
	/** Shown at the pointer while dragging. */
	label: string;
	/** Called at the end with the element under the pointer. */
	onDrop(target: Element): void;
	/** Called if the press was not a drag and ended where it began. */
	onTap?(): void;
}

/** Follows one press from its `pointerdown`, by mouse, pen or finger. */
export function startDrag(down: PointerEvent, { label, onDrop, onTap }: DragOptions): void {
	if (down.button !== 0 || !down.isPrimary) return;
	const touch = down.pointerType === 'touch';
	const ended = new AbortController();
	const { signal } = ended;
	let ghost: HTMLElement | null = null;
	let scrolled = false;

	const lift = () => {
		ghost = document.createElement('div');
		ghost.textContent = label;
		Object.assign(ghost.style, {
			position: 'fixed',
			left: '0',
			top: '0',
			zIndex: '30',
			padding: '10px 16px',
			borderRadius: '8px',
			fontWeight: '600',
			background: 'var(--accent)',
			color: 'var(--accent-text)',
			pointerEvents: 'none',
			boxShadow: '0 4px 16px rgb(0 0 0 / 0.4)',
		});
		document.body.append(ghost);
		place(down);
	};
	const place = ({ clientX, clientY }: PointerEvent) => {
		if (ghost) ghost.style.transform = `translate(${clientX - ghost.offsetWidth / 2}px, ${clientY - ghost.offsetHeight - 8}px)`;
	};
	const end = () => {
		window.clearTimeout(hold);
		ended.abort();
		ghost?.remove();
	};
	const hold = touch ? window.setTimeout(lift, holdMs) : 0;

	window.addEventListener(
		'pointermove',
		(move) => {
			if (move.pointerId !== down.pointerId) return;
			const far = Math.hypot(move.clientX - down.clientX, move.clientY - down.clientY) > slopPx;
			if (!ghost && far) {
				if (!touch) lift();
				else {
					scrolled = true;
					window.clearTimeout(hold);
				}
			}
			place(move);
		},
		{ signal },
	);
	window.addEventListener(
		'pointerup',
		(up) => {
			if (up.pointerId !== down.pointerId) return;
			const dragged = ghost !== null;
			end();
			if (dragged) {
				const target = elementAt(up.clientX, up.clientY);
				if (target) onDrop(target);
			} else if (!scrolled) onTap?.();
		},
		{ signal },
	);
	window.addEventListener('pointercancel', end, { signal });
	window.addEventListener('keydown', (event) => event.key === 'Escape' && end(), { signal });
	// Once lifted, the finger moves the source instead of scrolling.
	window.addEventListener('touchmove', (event) => ghost && event.cancelable && event.preventDefault(), {
		signal,
		passive: false,
	});
	window.addEventListener('contextmenu', (event) => touch && event.preventDefault(), { signal });
}

/** The innermost element at a point, through every shadow root. */
function elementAt(x: number, y: number): Element | null {
	let element = document.elementFromPoint(x, y);
	while (element?.shadowRoot) {
		const inner = element.shadowRoot.elementFromPoint(x, y);
		if (!inner || inner === element) break;
		element = inner;
	}
	return element;
}
