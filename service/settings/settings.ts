import { EventEmitter } from 'node:events';
import { type FSWatcher, watch } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { type Document, isMap } from 'yaml';
import type { DeviceKey } from '../store/deviceKey.js';
import { replaceFile } from '../util/durable.js';
import { messageOf, StudioError } from '../util/errors.js';
import type { Log } from '../util/log.js';
import { validate } from '../util/validation.js';
import { checkDestinations } from './destinations.js';
import { type ParsedSettings, parseSettings, plainOf, readSettingsFile } from './file.js';
import { applies, type SectionName, type SettingsValues, settingsSchema, template } from './schema.js';
import { openSecrets, sealSecrets } from './sealed.js';
import { keepSecrets } from './secrets.js';
import { type Place, SettingsError } from './settingsError.js';
import { isTree, type Tree } from './tree.js';

export const settingsFile = 'settings.yaml';
export const lastGoodFile = '.settings.last-good.yaml';
/** Editors write a file in several steps. */
const settleMs = 150;

/** Changed values by section; omitted fields stay as they are, null resets one to its default. */
export type SettingsChange = { [Name in SectionName]?: Tree };

export interface SettingsOptions {
	dataDir: string;
	log: Log;
	/** The device's key, which seals secrets. */
	key?: DeviceKey;
	overrides?: ReadonlyMap<string, string>;
}

interface Events {
	change: [now: SettingsValues, before: SettingsValues];
	/** The file became invalid, for a new reason, or valid again. */
	validity: [];
}

/** The settings: DATA/settings.yaml, read at start and whenever it changes, changed by `patch`. */
export class Settings extends EventEmitter<Events> {
	readonly path: string;
	#lastGoodPath: string;
	#log: Log;
	#key: DeviceKey | undefined;
	/** Secrets sealed by another device, unusable here. */
	#lost: string[] = [];
	/** The document of the running values. */
	#used: ParsedSettings;
	/** The file as last read, valid or not. */
	#seen: Uint8Array | null = null;
	#started: SettingsValues;
	/** Command-line options by the field they override. */
	readonly overrides: ReadonlyMap<string, string>;
	#error: SettingsError | null = null;
	#missing = false;
	#revision = 0;
	#watcher: FSWatcher | undefined;
	#timer: NodeJS.Timeout | undefined;

	/** Secrets are sealed with `key` on every write. A missing file is created. A broken one is left alone: the last good values stay in use, or the defaults. */
	constructor({ dataDir, log, key, overrides = new Map() }: SettingsOptions) {
		super();
		this.#key = key;
		this.overrides = overrides;
		this.path = join(dataDir, settingsFile);
		this.#lastGoodPath = join(dataDir, lastGoodFile);
		this.#log = log;
		this.#used = this.parse(template);
		try {
			this.#seen = readSettingsFile(this.path);
			if (this.#seen === null) this.#write(template);
			else this.#used = this.parse(this.#seen, this.#lost);
			this.#keepAsGood(this.#used.text);
		} catch (error) {
			this.#error = errorOf(error);
			const good = readGood(this.#lastGoodPath);
			if (good) this.#used = this.parse(good.text, this.#lost);
			log.error({ error: this.error }, 'the settings file is not usable; the last good values stay in use');
		}
		this.#started = this.#used.values;
	}

	/** Do not modify. */
	get current(): SettingsValues {
		return this.#used.values;
	}

	/** Why the file is not in use, with line and column, or null. */
	get error(): string | null {
		if (this.#missing) return `${settingsFile} is gone; the values it had stay in use`;
		return this.#error && `${settingsFile}: ${this.#error.message}`;
	}

	get places(): readonly Place[] {
		return this.#error?.places ?? [];
	}

	get lost(): readonly string[] {
		return this.#lost;
	}

	/** The file existed and was removed. */
	get missing(): boolean {
		return this.#missing;
	}

	/** Counts the versions seen in the file, valid or not: whoever writes it can tell that it was read. */
	get revision(): number {
		return this.#revision;
	}

	/** The file whose values are in use. */
	get used(): ParsedSettings {
		return this.#used;
	}

	/** The current text of the file; null when it is gone. */
	get text(): string | null {
		return this.#seen && Buffer.from(this.#seen).toString('utf8');
	}

	/** Changed sections that apply after a restart. */
	get restart(): SectionName[] {
		return (Object.keys(applies) as SectionName[]).filter(
			(name) => applies[name] === 'restart' && this.#changed(name).some((field) => !this.overrides.has(field)),
		);
	}

	#changed(name: SectionName): string[] {
		const [before, now]: [Tree, Tree] = [this.#started[name], this.current[name]];
		return Object.keys(now)
			.filter((key) => !isDeepStrictEqual(before[key], now[key]))
			.map((key) => `${name}.${key}`);
	}

	/** Starts watching the file: every change counts from now on. */
	watch(): void {
		try {
			// The folder: editors replace the file.
			this.#watcher = watch(join(this.path, '..'), (_event, name) => {
				if (name !== settingsFile) return;
				clearTimeout(this.#timer);
				this.#timer = setTimeout(() => this.reload(), settleMs).unref();
			});
			this.#watcher.on('error', (error) => this.#log.error({ err: error }, 'cannot watch the settings file'));
		} catch (error) {
			this.#log.error({ err: error }, 'cannot watch the settings file');
		}
		// Picks up what was written between start and now.
		this.reload();
	}

	stop(): void {
		clearTimeout(this.#timer);
		this.#watcher?.close();
	}

	/** Loads the file, all of it or nothing: a broken one changes no value. */
	reload(): void {
		const before = { error: this.error, values: this.current };
		try {
			const bytes = readSettingsFile(this.path);
			if (bytes === null ? this.#missing : this.#seen !== null && Buffer.compare(bytes, this.#seen) === 0) return;
			this.#seen = bytes;
			this.#revision += 1;
			this.#missing = bytes === null;
			this.#error = null;
			if (bytes !== null) this.#use(bytes);
		} catch (error) {
			this.#error = errorOf(error);
		}
		this.#tell(before);
	}

	/**
	 * Applies all of it, or nothing when a value is invalid. Throws `invalid` naming the fields, `conflict` while the file is broken
	 * and `disk` when it cannot be written.
	 */
	patch(change: SettingsChange): SettingsValues {
		// An edit saved a moment ago must not be lost.
		this.reload();
		if (this.#error !== null) throw new StudioError('conflict', `${this.error}; correct the file first`);
		const document = this.#used.document.clone();
		merge(document, [], keepSecrets(change, this.current) as Tree);
		checkDestinations(validate(settingsSchema, plainOf(document), 'settings'), this.current, change);
		this.replace(document.toString({ lineWidth: 0 }));
		return this.current;
	}

	/** With usable secrets. Throws SettingsError. */
	parse(text: Uint8Array | string, lost: string[] = []): ParsedSettings {
		const parsed = parseSettings(text);
		return this.#key ? { ...parsed, values: openSecrets(parsed.values, this.#key, lost) } : parsed;
	}

	/** The file with secrets as stored. */
	sealed(text: string): string {
		return this.#key ? sealSecrets(text, this.#key) : text;
	}

	/** Replaces the file. Throws SettingsError, and `disk` when it cannot be written. */
	replace(text: string): void {
		const before = { error: this.error, values: this.current };
		// Errors refer to the text as given, and what is written is sure to be readable.
		parseSettings(text);
		const sealed = this.sealed(text);
		parseSettings(sealed);
		try {
			this.#write(sealed);
		} catch (error) {
			throw new StudioError('disk', `the settings cannot be written: ${messageOf(error)}`);
		}
		this.#use(sealed);
		this.#error = null;
		this.#missing = false;
		this.#revision += 1;
		this.#tell(before);
	}

	/** Unchanged sections keep their identity: nothing restarts because of them. */
	#use(text: Uint8Array | string): void {
		const before = this.current;
		const lost: string[] = [];
		const parsed = this.parse(text, lost);
		this.#lost = lost;
		const kept = (Object.keys(before) as SectionName[]).filter((name) => isDeepStrictEqual(before[name], parsed.values[name]));
		const values = { ...parsed.values, ...Object.fromEntries(kept.map((name) => [name, before[name]])) };
		const same = kept.length === Object.keys(before).length;
		this.#used = { ...parsed, values: same ? before : values };
		this.#keepAsGood(parsed.text);
	}

	#write(text: string): void {
		replaceFile(this.path, text);
		this.#seen = Buffer.from(text);
	}

	#tell(before: { error: string | null; values: SettingsValues }): void {
		if (this.error !== before.error) this.emit('validity');
		if (this.current !== before.values) this.emit('change', this.current, before.values);
	}

	/** A copy, needed only when the file breaks. */
	#keepAsGood(text: string): void {
		try {
			const kept = readSettingsFile(this.#lastGoodPath);
			const sealed = this.sealed(text);
			if (kept === null || Buffer.from(kept).toString() !== sealed) replaceFile(this.#lastGoodPath, sealed);
		} catch {
			// A full disk is reported elsewhere.
		}
	}
}

/** Null when there is no usable one. */
export function readGood(path: string): ParsedSettings | null {
	try {
		const bytes = readSettingsFile(path);
		return bytes && parseSettings(bytes);
	} catch {
		return null;
	}
}

/** Of anything thrown; errors met only on writing have no line. */
function errorOf(error: unknown): SettingsError {
	if (error instanceof SettingsError) return error;
	return new SettingsError([{ line: 1, column: 1, field: null, message: messageOf(error) }]);
}

/** Sets value by value, so that comments stay; lists as a whole. */
function merge(document: Document, path: string[], change: Tree): void {
	for (const [key, value] of Object.entries(change)) {
		const inner = [...path, key];
		if (value === null) document.setIn(inner, defaultOf(inner));
		else if (isTree(value) && isMap(document.getIn(inner, true))) merge(document, inner, value);
		else if (value !== undefined) document.setIn(inner, value);
	}
}

/** Undefined where the schema has no default: the field is left out. */
function defaultOf(path: string[]): unknown {
	return path.reduce((value: unknown, key) => (isTree(value) ? value[key] : undefined), settingsSchema.parse({}));
}
