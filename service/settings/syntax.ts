/** The YAML of a settings file: plain values, lists and maps. What else YAML can do is refused, and never evaluated. */
import { CST, type Document, type ErrorCode, isScalar, Lexer, parseDocument, visit } from 'yaml';
import { type Place, placeAt, SettingsProblem } from './problem.js';

/** Of lists and maps inside each other; the settings have five. */
const maxDepth = 12;

const nameless = 'a ":" with a blank behind it is missing after this name; a value stands on the line of its name';
/** As whole as YAML wants it; the parser is content with a last quote that is escaped. */
const quotedWhole = /^(?:"(?:[^"\\\n]|\\.)*"|'(?:[^'\n]|'')*')$/;

const forbidden: Partial<Record<string, string>> = {
	alias: 'an alias (*name) is not used in settings; write the value, in quotes if it begins with *',
	anchor: 'an anchor (&name) is not used in settings; write the value, in quotes if it begins with &',
	tag: 'a tag (!name) is not used in settings; write the value, in quotes if it begins with !',
	'directive-line': 'a directive (%…) is not used in settings',
};

/** In the words of who edits settings; those of the parser repeat the text, which may be a secret. */
const words: Record<ErrorCode, string> = {
	ALIAS_PROPS: 'an alias is not used in settings',
	BAD_ALIAS: 'an alias is not used in settings',
	BAD_COLLECTION_TYPE: 'a tag is not used in settings',
	BAD_DIRECTIVE: 'a directive is not used in settings',
	BAD_DQ_ESCAPE: 'no such escape (\\…) exists; use single quotes for text with backslashes',
	BAD_INDENT: 'the indentation does not fit the lines above',
	BAD_PROP_ORDER: 'a tag or anchor is not used in settings',
	BAD_SCALAR_START: 'a value cannot begin with this character; put it into quotes',
	BLOCK_AS_IMPLICIT_KEY: 'two names on one line; a value with ": " in it needs quotes',
	BLOCK_IN_FLOW: 'lines with "-" or "name:" cannot stand inside [ ] or { }',
	DUPLICATE_KEY: 'this name stands here a second time',
	IMPOSSIBLE: 'this is no YAML',
	KEY_OVER_1024_CHARS: 'a name this long cannot be',
	MISSING_CHAR: 'something is missing here: a ":" after a name, a "," between values, or a blank after one of them',
	MULTILINE_IMPLICIT_KEY: 'a name must end on its line',
	MULTIPLE_ANCHORS: 'an anchor is not used in settings',
	MULTIPLE_DOCS: 'a second document begins here; settings are one',
	MULTIPLE_TAGS: 'a tag is not used in settings',
	NON_STRING_KEY: 'a name must be plain text',
	RESOURCE_EXHAUSTION: 'this is nested too deeply',
	TAB_AS_INDENT: 'a tab is no indentation in YAML; use blanks',
	TAG_RESOLVE_FAILED: 'a tag is not used in settings',
	UNEXPECTED_TOKEN: 'this does not belong here; a value with special characters needs quotes',
};

/** The document, comments and all. Throws SettingsProblem. */
export function parseYaml(text: string): Document {
	const refused = refusedTokens(text);
	if (refused) throw new SettingsProblem([refused]);
	const document = parseDocument(text, { prettyErrors: false });
	const errors = [...document.errors, ...document.warnings].sort((a, b) => a.pos[0] - b.pos[0]);
	if (errors[0]) throw new SettingsProblem([placeAt(text, errors[0].pos[0], words[errors[0].code])]);
	visit(document, {
		Pair(_, { key }) {
			if (isScalar(key) && key.value !== null) return;
			const [offset] = (key as { range?: [number] } | null)?.range ?? [0];
			throw new SettingsProblem([placeAt(text, offset, words.NON_STRING_KEY)]);
		},
		Collection(_, { range }, parents) {
			// Pairs are parents too.
			if (parents.length > maxDepth * 2) throw new SettingsProblem([placeAt(text, range?.[0] ?? 0, words.RESOURCE_EXHAUSTION)]);
		},
	});
	return document;
}

/** The first thing that settings do not use, found without recursion and before anything is built of it. */
function refusedTokens(text: string): Place | null {
	const open: { offset: number; sign: string }[] = [];
	let [offset, chain, inScalar] = [0, 0, false];
	/** There was more than blanks, and on this line. */
	let [content, onLine] = [false, false];
	/** A text in the place of a name, until its colon comes. */
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

/** YAML would make one value of several lines. Either the line of the value is too far out, or the next one too far in. */
function goesOn(text: string, at: number, token: string): Place {
	const lineStart = text.lastIndexOf('\n', at - 1) + 1;
	const message = 'this line is indented as if the value above went on; a value ends on its line';
	if (!fitsAbove(text.slice(0, lineStart), /^ */.exec(text.slice(lineStart, at))![0].length))
		return placeAt(text, lineStart, words.BAD_INDENT);
	const next = token.indexOf('\n');
	return placeAt(text, at + next + token.slice(next).search(/\S/), message);
}

/** Whether a line may be indented so far: as much as one that it goes on with, or more than all. */
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
