/** One file of a support bundle. */
export interface Part {
	file: string;
	/** For the list of contents. */
	about: string;
	/** Its text. Throws the reason when there is none. */
	make: () => string | Promise<string>;
}

export function json(value: unknown): string {
	return `${JSON.stringify(value, null, '\t')}\n`;
}
