/** Names of downloaded files. */

export interface NamedFile {
	name: string;
	role: 'program' | 'iso' | 'log';
	source: string | null;
	part: number;
}

/** Characters that Windows reserves (Naming Files, Paths, and Namespaces), and those that change the text's direction (UAX #9). */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is kept out
const unsafe = /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;
const reserved = /[<>:"/\\|?*]+/g;
/** Per name part: file systems allow 255 bytes, and a character may take four. */
const most = 50;

/** Recording, role and part: “Evening show - program - part 2.mp4”. `sourceLabel` names the source of an ISO recording. */
export function downloadName(recording: { id: string; name: string }, file: NamedFile, sourceLabel?: string): string {
	const extension = /\.[a-z0-9]{1,8}$/i.exec(file.name)?.[0] ?? '';
	const role = file.role === 'iso' ? (sourceLabel ?? file.source ?? 'source') : file.role;
	const parts = [plain(recording.name) || recording.id, plain(role), ...(file.role === 'log' ? [] : [`part ${file.part}`])];
	return `${parts.join(' - ')}${extension}`;
}

function plain(text: string): string {
	const clean = text.normalize('NFC').replace(unsafe, '').replace(reserved, '.').replace(/\s+/g, ' ');
	return [...clean]
		.slice(0, most)
		.join('')
		.replace(/^[. ]+|[. ]+$/g, '');
}
