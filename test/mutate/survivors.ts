/** Changes that no test is to notice, each with the reason. Everything else that survives is a hole in the tests. */
export interface Survivor {
	file: string;
	/** The piece of code, as it stands there, blanks and line breaks as one blank. */
	code: string;
	/** What stands in its place; left out: anything. */
	replacement?: string;
	reason: string;
}

export const survivors: Survivor[] = [];
