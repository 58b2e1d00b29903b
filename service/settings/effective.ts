/** The effective settings, besides the file itself, without secrets. */
import { isCollection, isScalar, type Node, visit } from 'yaml';
import { find, type ParsedSettings } from './file.js';
import { secretFields, settingsSchema } from './schema.js';
import { withoutSecrets } from './secrets.js';
import { placeAt } from './settingsError.js';
import { isTree } from './tree.js';

export interface EffectiveField {
	/** Like `network.ports.first`. */
	field: string;
	/** Lists as a whole; true for a secret that is set. */
	value: unknown;
	default: unknown;
	/** Line in the file; null when the file does not name it. */
	line: number | null;
}

const hidden = '•••';

/** Every setting, in schema order. */
export function effectiveFields({ text, document, values }: ParsedSettings): EffectiveField[] {
	const defaults = settingsSchema.parse({});
	const lineOf = (path: string[]): number | null => {
		const { pair, whole } = find(document, path);
		const range = (pair?.key as Node | undefined)?.range;
		return whole && range ? placeAt(text, range[0], '').line : null;
	};
	const leaves = (value: unknown, usual: unknown, path: string[]): EffectiveField[] => {
		if (isTree(value) && Object.keys(value).length > 0) {
			return Object.entries(value).flatMap(([key, inner]) => leaves(inner, isTree(usual) ? usual[key] : null, [...path, key]));
		}
		return [{ field: path.join('.'), value, default: usual ?? null, line: lineOf(path) }];
	};
	return leaves(withoutSecrets(values), withoutSecrets(defaults), []);
}

/** The file with its secrets hidden. Exact where it parses as YAML (`parsed`), otherwise rather too much. */
export function redactedText(text: string, parsed: ParsedSettings | null): string {
	return parsed === null || parsed.text !== text ? redactedLines(text) : redactedValues(parsed);
}

function redactedValues({ text, document }: ParsedSettings): string {
	const ranges: [number, number][] = [];
	visit(document, {
		Pair(_, { key, value }) {
			if (!isScalar(key) || !secretFields.includes(String(key.value))) return;
			const { range } = value as Node;
			if (range && !(isScalar(value) && value.value === null) && !isCollection(value)) ranges.push([range[0], range[1]]);
		},
	});
	return ranges.reduceRight((shown, [from, to]) => shown.slice(0, from) + hidden + shown.slice(to), text);
}

/** Hides the rest of a line after a secret's name, and the lines indented below. */
function redactedLines(text: string): string {
	const secret = new RegExp(`\\b(?:${secretFields.join('|')})\\b["']?\\s*:?`, 'i');
	let within: number | null = null;
	return text
		.split('\n')
		.map((line) => {
			const indent = /^\s*/.exec(line)![0].length;
			if (within !== null && (indent > within || line.trim() === '')) return line.trim() === '' ? line : hidden;
			const found = secret.exec(line);
			within = found ? indent : null;
			return found ? `${line.slice(0, found.index + found[0].length)} ${hidden}` : line;
		})
		.join('\n');
}
