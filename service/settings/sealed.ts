import { isScalar, parseDocument, visit } from 'yaml';
import { type DeviceKey, isSealed } from '../store/deviceKey.js';
import { secretFields } from './schema.js';

/** The file with every plain secret sealed: a person wrote it, or the panel just set it. */
export function sealSecrets(text: string, key: DeviceKey): string {
	const document = parseDocument(text);
	let found = false;
	visit(document, {
		Pair: (_, { key: name, value }) => {
			if (!isScalar(name) || !secretFields.includes(String(name.value)) || !isScalar(value)) return;
			if (typeof value.value !== 'string' || isSealed(value.value)) return;
			value.value = key.seal(value.value);
			found = true;
		},
	});
	return found ? document.toString({ lineWidth: 0 }) : text;
}

/** The values with usable secrets. One sealed by another device stays as it is, and `lost` names it. */
export function openSecrets<T>(values: T, key: DeviceKey, lost: string[] = [], path: string[] = []): T {
	if (Array.isArray(values)) return values.map((value, index) => openSecrets(value, key, lost, [...path, String(index)])) as T;
	if (typeof values !== 'object' || values === null) return values;
	const opened = (name: string, value: unknown): unknown => {
		const inner = [...path, name];
		if (!secretFields.includes(name) || typeof value !== 'string' || !isSealed(value))
			return openSecrets(value, key, lost, inner);
		const text = key.open(value);
		if (text === null) lost.push(inner.join('.'));
		return text ?? value;
	};
	return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, opened(name, value)])) as T;
}
