const pressed = new WeakSet<EventTarget>();

/**
 * A listener for both `pointerdown` and `click` of a button: acts the moment it is pressed, which is some 80 ms before the
 * click, and still once for the keyboard, for assistive tools and for scripts (their clicks have no detail).
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
