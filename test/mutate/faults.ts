/** Faults of a tired developer, one line each, and the test files that must notice them (`npm run mutate -- hand`). */
export interface HandMadeFault {
	fault: string;
	file: string;
	/** Found once in the file. */
	find: string;
	replace: string;
	/** Under dist/test, without ending. One of them has to fail. */
	tests: string[];
}
export const handMadeFaults: HandMadeFault[] = [];
