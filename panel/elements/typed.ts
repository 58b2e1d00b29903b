/** What a field holds now, without spaces around it. */
export function textOf(event: Event): string {
	return (event.target as HTMLInputElement | HTMLSelectElement).value.trim();
}

/** Words between blanks, commas or line ends. */
export function wordsOf(text: string): string[] {
	return text.split(/[\s,]+/).filter((word) => word !== '');
}
