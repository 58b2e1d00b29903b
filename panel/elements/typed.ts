/** What a field holds now, without spaces around it. */
export function textOf(event: Event): string {
	return (event.target as HTMLInputElement | HTMLSelectElement).value.trim();
}
