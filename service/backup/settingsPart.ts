import { type Document, isMap, isScalar, isSeq, type Node } from 'yaml';
import { newDestinations } from '../settings/destinations.js';
import { parseSettings } from '../settings/file.js';
import { type SettingsValues, secretFields } from '../settings/schema.js';
import { SettingsError } from '../settings/settingsError.js';
import { parseYaml } from '../settings/syntax.js';
import { StudioError } from '../util/errors.js';

/** Secrets by their path in the file, like `network.servers.0.secret`. */
export type Secrets = Record<string, string>;
type Path = (string | number)[];

/** The file with `true` for each set secret: safe for everybody to read. */
export function withoutSecretText(document: Document): string {
	const shown = document.clone();
	for (const { path, value } of secretNodes(shown)) if (value !== null) shown.setIn(path, true);
	return shown.toString({ lineWidth: 0 });
}

export function secretsIn(document: Document, values: SettingsValues): Secrets {
	const found = secretNodes(document).map(({ path }) => [path.join('.'), at(values, path)] as const);
	return Object.fromEntries(found.filter((entry): entry is [string, string] => typeof entry[1] === 'string'));
}

/**
 * The text of a backup as a file of this machine: secrets come from the backup, or else from the entry of the same name here.
 * Whatever needs a missing secret is left out and reported. Throws `invalid`.
 */
export function settingsFrom(text: string, secrets: Secrets | null, present: SettingsValues): { text: string; left: string[] } {
	try {
		const document = parseYaml(text);
		const left: string[] = [];
		// From the end: removing a list entry shifts those behind it.
		for (const { path, value } of secretNodes(document).reverse()) {
			if (value !== true) continue;
			const secret = secrets?.[path.join('.')] ?? presentSecret(document, path, present);
			if (typeof secret === 'string') document.setIn(path, secret);
			else
				left.unshift(
					leaveOut(
						document,
						path,
						secret === null ? 'was entered here for another address' : 'is neither in the backup nor set here',
					),
				);
		}
		const whole = document.toString({ lineWidth: 0 });
		parseSettings(whole);
		return { text: whole, left };
	} catch (error) {
		if (error instanceof SettingsError)
			throw new StudioError('invalid', `the settings of the backup are not usable: ${error.message}`);
		throw error;
	}
}

function secretNodes(document: Document): { path: Path; value: unknown }[] {
	const walk = (node: unknown, path: Path): { path: Path; value: unknown }[] => {
		if (isSeq(node)) return node.items.flatMap((item, index) => walk(item, [...path, index]));
		if (!isMap(node)) return [];
		return node.items.flatMap(({ key, value }) => {
			const name = String((key as { value?: unknown }).value);
			if (secretFields.includes(name) && isScalar(value)) return [{ path: [...path, name], value: value.value }];
			return walk(value, [...path, name]);
		});
	};
	return walk(document.contents, []);
}

/** Matches list entries by name. Null when the backup would send it somewhere else. */
function presentSecret(document: Document, path: Path, present: SettingsValues): unknown {
	const around = path.slice(0, -1).reduce((value: unknown, key, depth) => {
		if (typeof key === 'string') return at(value, [key]);
		const name: unknown = document.getIn([...path.slice(0, depth + 1), 'name']);
		return Array.isArray(value) ? value.find((entry) => at(entry, ['name']) === name) : undefined;
	}, present);
	const secret = at(around, path.slice(-1));
	const wanted = at(document.toJS(), path.slice(0, -1));
	return typeof secret === 'string' && newDestinations(wanted, around).length > 0 ? null : secret;
}

/** The list entry, or the value, that the secret belongs to; for display. */
function leaveOut(document: Document, path: Path, why: string): string {
	const whole = path.slice(0, -1);
	const name: unknown = document.getIn([...whole, 'name']);
	if (typeof whole.at(-1) === 'number') {
		document.deleteIn(whole);
		const list = document.getIn(whole.slice(0, -1), true) as Node | undefined;
		if (isSeq(list) && list.items.length === 0) list.flow = true;
	} else if (whole.length > 1) document.setIn(whole, null);
	else document.setIn(path, null);
	const what =
		typeof name === 'string' ? `${whole.slice(0, -1).join('.')} “${name}”` : (whole.length > 1 ? whole : path).join('.');
	return `${what}: its secret ${why}`;
}

function at(value: unknown, path: Path): unknown {
	return path.reduce((inner: unknown, key) => (inner as Record<string | number, unknown> | null | undefined)?.[key], value);
}
