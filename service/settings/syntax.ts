/** The YAML subset of a settings file: plain values, lists and maps. Anything else is rejected, and never evaluated. */
import { CST, type Document, type ErrorCode, isScalar, Lexer, parseDocument, visit } from 'yaml';
import { type Place, placeAt, SettingsError } from './settingsError.js';

/** Nesting of lists and maps; the settings need five. */
const maxDepth = 12;

const nameless = 'a ":" followed by a space is missing after this name; a value must be on the line of its name';
/** Stricter than the parser, which accepts an escaped closing quote. */
const quotedWhole = /^(?:"(?:[^"\\\n]|\\.)*"|'(?:[^'\n]|'')*')$/;

const forbidden: Partial<Record<string, string>> = {
	alias: 'aliases (*name) are not supported; write the value, in quotes if it begins with *',
	anchor: 'anchors (&name) are not supported; write the value, in quotes if it begins with &',
	tag: 'tags (!name) are not supported; write the value, in quotes if it begins with !',
	'directive-line': 'directives (%…) are not supported',
};

/** For people who edit settings; the parser's own messages repeat the text, which may be a secret. */
const words: Record<ErrorCode, string> = {
	ALIAS_PROPS: 'aliases are not supported',
	BAD_ALIAS: 'aliases are not supported',
	BAD_COLLECTION_TYPE: 'tags are not supported',
	BAD_DIRECTIVE: 'directives are not supported',
	BAD_DQ_ESCAPE: 'unknown escape (\\…); use single quotes for text with backslashes',
	BAD_INDENT: 'the indentation does not match the lines above',
	BAD_PROP_ORDER: 'tags and anchors are not supported',
	BAD_SCALAR_START: 'a value cannot begin with this character; put it in quotes',
	BLOCK_AS_IMPLICIT_KEY: 'two names on one line; a value with ": " in it needs quotes',
	BLOCK_IN_FLOW: 'lines with "-" or "name:" are not allowed inside [ ] or { }',
	DUPLICATE_KEY: 'duplicate name',
	IMPOSSIBLE: 'not YAML',
	KEY_OVER_1024_CHARS: 'this name is too long',
	MISSING_CHAR: 'something is missing here: a ":" after a name, a "," between values, or a space after one of them',
	MULTILINE_IMPLICIT_KEY: 'a name must end on its line',
	MULTIPLE_ANCHORS: 'anchors are not supported',
	MULTIPLE_DOCS: 'a second document begins here; there can be only one',
	MULTIPLE_TAGS: 'tags are not supported',
	NON_STRING_KEY: 'a name must be plain text',
	RESOURCE_EXHAUSTION: 'nested too deeply',
	TAB_AS_INDENT: 'tabs cannot indent YAML; use spaces',
	TAG_RESOLVE_FAILED: 'tags are not supported',
	UNEXPECTED_TOKEN: 'this does not belong here; a value with special characters needs quotes',
};

/** The document with its comments. Throws SettingsError. */
export function parseYaml(text: string): Document {
	const refused = refusedTokens(text);
	if (refused) throw new SettingsError([refused]);
	const document = parseDocument(text, { prettyErrors: false });
	const errors = [...document.errors, ...document.warnings].sort((a, b) => a.pos[0] - b.pos[0]);
	if (errors[0]) throw new SettingsError([placeAt(text, errors[0].pos[0], words[errors[0].code])]);
	visit(document, {
		Pair(_, { key }) {
			if (isScalar(key) && key.value !== null) return;
			const [offset] = (key as { range?: [number] } | null)?.range ?? [0];
			throw new SettingsError([placeAt(text, offset, words.NON_STRING_KEY)]);
		},
		Collection(_, { range }, parents) {
			// Pairs count as parents too.
			if (parents.length > maxDepth * 2) throw new SettingsError([placeAt(text, range?.[0] ?? 0, words.RESOURCE_EXHAUSTION)]);
		},
	});
	return document;
}

/** The first unsupported token, found without recursion and before anything is built from it. */
function refusedTokens(text: string): Place | null {
	const open: { offset: number; sign: string }[] = [];
	let [offset, chain, inScalar] = [0, 0, false];
	/** Whether there was content before, and on this line. */
	let [content, onLine] = [false, false];
	/** A possible name, until its colon comes. */
	let name: number | null = null;
	for (const token of new Lexer().lex(text)) {
		const type = inScalar ? 'plain' : CST.tokenType(token);
		inScalar = type === 'scalar';
		// Marks of the lexer, which are not in the text.
		if (type === 'scalar' || type === 'doc-mode') continue;
		if (type === 'flow-error-end') return unclosed(text, open.at(-1)!);
		const at = offset;
		offset += token.length;
		const blank = type === 'newline' || type === 'space' || type === 'comment' || type === 'byte-order-mark';
		if (name !== null && (type === 'newline' || !blank)) {
			if (type !== 'map-value-ind') return placeAt(text, name, nameless);
			name = null;
		}
		const wrong = forbidden[type ?? ''] ?? (type === 'doc-start' && content ? words.MULTIPLE_DOCS : undefined);
		if (wrong) return placeAt(text, at, wrong);
		chain = type === 'newline' ? 0 : chain + Number(type === 'seq-item-ind' || type === 'explicit-key-ind');
		if (type === 'flow-seq-start' || type === 'flow-map-start') open.push({ offset: at, sign: token });
		if (type === 'flow-seq-end' || type === 'flow-map-end') open.pop();
		if (open.length + chain > maxDepth) return placeAt(text, at, words.RESOURCE_EXHAUSTION);
		const quoted = type === 'double-quoted-scalar' || type === 'single-quoted-scalar';
		if (quoted && !quotedWhole.test(token)) return placeAt(text, at, 'the quotes that begin here are not closed on this line');
		const isName = !onLine && open.length === 0;
		if (type === 'plain' && open.length === 0 && token.trimEnd().includes('\n'))
			return isName ? placeAt(text, at, nameless) : goesOn(text, at, token);
		if ((quoted || type === 'plain') && isName) name = at;
		if (type === 'newline') onLine = false;
		else if (!blank) [content, onLine] = [content || type !== 'doc-start', true];
	}
	if (name !== null) return placeAt(text, name, nameless);
	return open.length > 0 ? unclosed(text, open.at(-1)!) : null;
}

/** A value over several lines. Either its line is indented too little, or the next one too much. */
function goesOn(text: string, at: number, token: string): Place {
	const lineStart = text.lastIndexOf('\n', at - 1) + 1;
	const message = 'this line is indented as if the value above continued; a value must end on its line';
	if (!fitsAbove(text.slice(0, lineStart), /^ */.exec(text.slice(lineStart, at))![0].length))
		return placeAt(text, lineStart, words.BAD_INDENT);
	const next = token.indexOf('\n');
	return placeAt(text, at + next + token.slice(next).search(/\S/), message);
}

/** Whether a line may be indented this far: as much as a line it continues, or more than all. */
function fitsAbove(above: string, indent: number): boolean {
	const levels: number[] = [];
	for (const [, blanks = '', dashes = ''] of above.matchAll(/^( *)((?:- +)*)[^\s#]/gm)) {
		while (levels.length > 0 && levels.at(-1)! >= blanks.length) levels.pop();
		levels.push(blanks.length);
		if (dashes) levels.push(blanks.length + dashes.length);
	}
	return levels.includes(indent) || indent > (levels.at(-1) ?? -1);
}

function unclosed(text: string, { offset, sign }: { offset: number; sign: string }): Place {
	return placeAt(text, offset, `the ${sign} that begins here is not closed`);
}
