/** Changes that no test is to notice, each with the reason. Everything else that survives is a hole in the tests. */
export interface Survivor {
	file: string;
	/** The piece of code, as it stands there, blanks and line breaks as one blank. */
	code: string;
	/** What stands in its place; left out: anything. */
	replacement?: string;
	reason: string;
}

const noScene = 'a label that is not used, or the id of a layout that is not there';

export const survivors: Survivor[] = [
	{
		file: 'service/show/multiview.ts',
		code: 'source.slot === undefined',
		replacement: 'false',
		reason: 'a table has nothing at the place undefined',
	},
	{
		file: 'service/sources/guestDelay.ts',
		code: 'needed > this.#ms',
		replacement: 'needed >= this.#ms',
		reason: 'at the same delay both branches only begin the calm anew',
	},
	{ file: 'service/mixer/slots.ts', code: 'slot >= 0', replacement: 'true', reason: 'nobody reads the place −1 of a list' },
	{
		file: 'service/util/slidingWindow.ts',
		code: '[]',
		replacement: '["Stryker was here"]',
		reason: 'a word is at no time, and left out by the next step',
	},
	{
		file: 'service/util/slidingWindow.ts',
		code: 'time > now - this.windowMs',
		replacement: 'time >= now - this.windowMs',
		reason: 'what is over at this very moment is waited for 0 ms',
	},
	{
		file: 'service/access/lockout.ts',
		code: "account?.normalize('NFKC').toLowerCase()",
		replacement: "account?.normalize('NFKC').toUpperCase()",
		reason: 'both take large and small letters for the same',
	},
	{ file: 'service/access/lockout.ts', code: 'name !== null', replacement: 'true', reason: 'no account is called null' },
	{
		file: 'service/http/rates.ts',
		code: 'waitS === 0',
		replacement: 'true',
		reason: 'whether one who is refused is quiet is left open',
	},
	{ file: 'service/http/rates.ts', code: "''", reason: 'the one key of a table with one' },
	{ file: 'service/health/rules.ts', code: 'now.recordingRate !== null', replacement: 'true', reason: 'null is not above 0' },
	{
		file: 'service/health/rules.ts',
		code: 'minutes >= 5',
		replacement: 'minutes > 5',
		reason: 'five minutes are five in both ways of rounding',
	},
	{
		file: 'service/recordings/fragments.ts',
		code: 'at + 8',
		replacement: 'at - 8',
		reason: 'what begins behind the end has no header, or goes beyond it',
	},
	{ file: 'service/contract/tally.ts', code: 'scene !== null', replacement: 'true', reason: 'no scene has the id null' },
	{ file: 'panel/pages/switcher/scenes.ts', code: 'scene !== null', replacement: 'true', reason: 'no scene has the id null' },
	{ file: 'service/show/without.ts', code: "''", reason: noScene },
];
