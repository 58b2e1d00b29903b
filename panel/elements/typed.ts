/** The value of a field, trimmed. */
export function textOf(event: Event): string {
	return (event.target as HTMLInputElement | HTMLSelectElement).value.trim();
}

/** Words separated by spaces, commas or line breaks. */
export function wordsOf(text: string): string[] {
	return text.split(/[\s,]+/).filter((word) => word !== '');
}
