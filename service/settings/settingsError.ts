/** An error at one place in a settings file. Lines and columns count from 1; the message never repeats the content. */
export interface Place {
	line: number;
	column: number;
	/** Like `network.ports.first`; null for an error in the text itself. */
	field: string | null;
	message: string;
}

/** An unusable file, with every error; the message names the first few. */
export class SettingsError extends Error {
	override readonly name = 'SettingsError';

	constructor(readonly places: readonly Place[]) {
		const said = places.slice(0, 3).map(({ line, column, field, message }) => {
			return `line ${line}, column ${column}${field === null ? '' : `, ${field}`}: ${message}`;
		});
		const more = places.length - said.length;
		super(`${said.join('; ')}${more > 0 ? `; and ${more} more` : ''}`);
	}
}

/** Compiler format, so that editors can jump there. */
export function placeText(file: string, { line, column, field, message }: Place): string {
	return `${file}:${line}:${column}: ${field === null ? '' : `${field}: `}${message}`;
}

/** Line and column of an offset. */
export function placeAt(text: string, offset: number, message: string, field: string | null = null): Place {
	const at = Math.min(offset, text.length);
	const start = text.lastIndexOf('\n', at - 1) + 1;
	let line = 1;
	for (let next = text.indexOf('\n'); next !== -1 && next < start; next = text.indexOf('\n', next + 1)) line += 1;
	return { line, column: at - start + 1, field, message };
}
