const pressed = new WeakSet<EventTarget>();

/**
 * A listener for both `pointerdown` and `click` of a button. It acts on the press, about 80 ms before the click, and still works
 * for the keyboard, assistive technology and scripts (their clicks have no detail).
 */
export function press(action: () => void): (event: Event) => void {
	return (event) => {
		const button = event.currentTarget as HTMLButtonElement;
		if (button.disabled) return;
		if (event.type === 'pointerdown') {
			if ((event as PointerEvent).button !== 0) return;
			pressed.add(button);
			action();
			return;
		}
		const handled = pressed.delete(button);
		if (!handled || (event as MouseEvent).detail === 0) action();
	};
}
