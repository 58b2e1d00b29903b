/** Launch descriptions are text; this is the one place where values become such text. */

export type PropertyValue = string | number | boolean;

/** One element with its properties, every value quoted for gst_parse_launch. Names are ours and are checked, values may come from outside. */
export function element(factory: string, properties: Record<string, PropertyValue | undefined> = {}): string {
	const words = [checkedName(factory)];
	for (const [name, value] of Object.entries(properties)) {
		if (value !== undefined) words.push(`${checkedName(name)}=${quoted(value)}`);
	}
	return words.join(' ');
}

/** A caps filter. */
export function caps(text: string): string {
	return element('capsfilter', { caps: text });
}

/** Elements linked one after the other. */
export function chain(...elements: (string | false | undefined)[]): string {
	return elements.filter((e): e is string => Boolean(e)).join(' ! ');
}

/** Several chains of one pipeline. */
export function pipeline(...chains: (string | false | undefined)[]): string {
	return chains.filter(Boolean).join('  ');
}

/** A pad of a named element, as the start or end of a chain. */
export function pad(elementName: string, padName: string): string {
	return `${checkedName(elementName)}.${checkedName(padName)}`;
}

/** The r58 elements of a description: factory by name. */
export function r58Elements(launch: string): Map<string, string> {
	const found = new Map<string, string>();
	let factory: string | undefined;
	// Words, with what is quoted in one piece.
	for (const word of launch.match(/(?:"(?:\\.|[^"\\])*"|[^\s"])+/g) ?? []) {
		if (/^name="/.test(word)) {
			if (factory) found.set(word.slice('name="'.length, -1), factory);
		} else if (!word.includes('=')) factory = word.startsWith('r58') ? word : undefined;
	}
	return found;
}

function quoted(value: PropertyValue): string {
	if (typeof value === 'number') {
		if (!Number.isFinite(value)) throw new RangeError(`a property value must be finite, not ${value}`);
		return String(value);
	}
	if (typeof value === 'boolean') return String(value);
	if (/[\0\n\r]/.test(value)) throw new RangeError('a property value must not contain a line break');
	return `"${value.replace(/[\\"]/g, '\\$&')}"`;
}

function checkedName(name: string): string {
	if (!/^[A-Za-z][A-Za-z0-9_-]*$/.test(name)) throw new RangeError(`not an element, property or pad name: ${name}`);
	return name;
}
