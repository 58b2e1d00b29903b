import { EventEmitter } from 'node:events';
import { join } from 'node:path';
import { type Document, isMap } from 'yaml';
import { validate } from '../api/validation.js';
import { messageOf, StudioError } from '../errors.js';
import type { DeviceKey } from '../system/deviceKey.js';
import type { Log } from '../system/log.js';
import { parseSettings, readSettingsFile, writeSettingsFile } from './file.js';
import { type SectionName, type SettingsValues, settingsSchema, template } from './schema.js';
import { openSecrets, sealSecrets } from './sealed.js';
import { keepSecrets } from './secrets.js';

export const settingsFile = 'settings.yaml';
const lastGoodFile = '.settings.last-good.yaml';

/** Changed values by section; a section's fields that are not named stay as they are, null sets one back to its default. */
export type SettingsChange = { [Name in SectionName]?: Record<string, unknown> };

/** What a technician has set: DATA/settings.yaml, read at start, changed by `patch`. */
export class Settings extends EventEmitter<{ change: [now: SettingsValues, before: SettingsValues] }> {
	/** Why the file is not used, with the line, or null. */
	readonly problem: string | null = null;
	/** Secrets that another device has sealed: nobody can use them here. */
	readonly lost: string[] = [];
	#key: DeviceKey | undefined;
	#path: string;
	#lastGoodPath: string;
	#document: Document;
	#values: SettingsValues;

	/** Secrets are sealed with `key` whenever the file is written. A missing file is made. A broken one stays as it is: the values that were last good are used, or else the defaults. */
	constructor({ dataDir, log, key }: { dataDir: string; log: Log; key?: DeviceKey }) {
		super();
		this.#key = key;
		this.#path = join(dataDir, settingsFile);
		this.#lastGoodPath = join(dataDir, lastGoodFile);
		let parsed = parseSettings(template);
		try {
			const text = readSettingsFile(this.#path);
			if (text === null) writeSettingsFile(this.#path, template);
			else parsed = parseSettings(text);
			this.#keepAsGood(this.#sealed(text ?? template));
		} catch (error) {
			this.problem = `${settingsFile}: ${messageOf(error)}`;
			parsed = this.#lastGood() ?? parsed;
			log.error({ problem: this.problem }, 'the settings cannot be used; those that were last good are');
		}
		this.#document = parsed.document;
		this.#values = key ? openSecrets(parsed.values, key, this.lost) : parsed.values;
	}

	/** Never to be changed in place. */
	get current(): SettingsValues {
		return this.#values;
	}

	/**
	 * All of it or, when a value does not fit, nothing. Throws `invalid` naming the fields, `conflict` while the file is broken
	 * and `disk` when it cannot be written.
	 */
	patch(change: SettingsChange): SettingsValues {
		if (this.problem !== null) throw new StudioError('conflict', `${this.problem}; mend or remove the file, then restart`);
		const kept = keepSecrets(change, this.#values) as Record<string, unknown>;
		const before = this.#values;
		const document = this.#document.clone();
		merge(document, [], kept);
		const checked = validate(settingsSchema, document.toJS() ?? {}, 'settings');
		const text = this.#sealed(document.toString({ lineWidth: 130 }));
		const values = this.#key ? openSecrets(checked, this.#key) : checked;
		try {
			writeSettingsFile(this.#path, text);
		} catch (error) {
			throw new StudioError('disk', `the settings cannot be written: ${messageOf(error)}`);
		}
		this.#keepAsGood(text);
		this.#document = document;
		this.#values = values;
		this.emit('change', values, before);
		return values;
	}

	#sealed(text: string): string {
		return this.#key ? sealSecrets(text, this.#key) : text;
	}

	/** A copy that is only missed when the file is broken. */
	#keepAsGood(text: string): void {
		try {
			if (readSettingsFile(this.#lastGoodPath) !== text) writeSettingsFile(this.#lastGoodPath, text);
		} catch {
			// The disk that has no room for it fails louder elsewhere.
		}
	}

	#lastGood(): ReturnType<typeof parseSettings> | null {
		try {
			const text = readSettingsFile(this.#lastGoodPath);
			return text === null ? null : parseSettings(text);
		} catch {
			return null;
		}
	}
}

/** Maps value by value, so that comments of what stays are kept; lists as a whole. */
function merge(document: Document, path: string[], change: Record<string, unknown>): void {
	for (const [key, value] of Object.entries(change)) {
		const inner = [...path, key];
		if (value === null) document.setIn(inner, defaultOf(inner));
		else if (isPlain(value) && isMap(document.getIn(inner, true))) merge(document, inner, value);
		else if (value !== undefined) document.setIn(inner, value);
	}
}

/** Undefined, which leaves the field out, where the schema knows none. */
function defaultOf(path: string[]): unknown {
	return path.reduce((value: unknown, key) => (isPlain(value) ? value[key] : undefined), settingsSchema.parse({}));
}

function isPlain(value: unknown): value is Record<string, unknown> {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}
