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
import { type Place, SettingsProblem } from './problem.js';
import { applies, type SectionName, type SettingsValues, settingsSchema, template } from './schema.js';
import { openSecrets, sealSecrets } from './sealed.js';
import { keepSecrets } from './secrets.js';

export const settingsFile = 'settings.yaml';
export const lastGoodFile = '.settings.last-good.yaml';
/** Editors write a file in several steps. */
const settleMs = 150;

/** Changed values by section; a section's fields that are not named stay as they are, null sets one back to its default. */
export type SettingsChange = { [Name in SectionName]?: Record<string, unknown> };

export interface SettingsOptions {
	dataDir: string;
	log: Log;
	/** Of the device: seals secrets. */
	key?: DeviceKey;
	overrides?: ReadonlyMap<string, string>;
}

interface Events {
	change: [now: SettingsValues, before: SettingsValues];
	/** The file cannot be used, for another reason than before, or can again. */
	problem: [];
}

/** What a technician has set: DATA/settings.yaml, read at start and whenever it changes, changed by `patch`. */
export class Settings extends EventEmitter<Events> {
	readonly path: string;
	#lastGoodPath: string;
	#log: Log;
	#key: DeviceKey | undefined;
	/** Secrets that another device has sealed: nobody can use them here. */
	#lost: string[] = [];
	/** What the running values came from. */
	#used: ParsedSettings;
	/** The file as it was looked at last, good or not. */
	#seen: Uint8Array | null = null;
	#started: SettingsValues;
	/** Options of the command line by the field they go before. */
	readonly overrides: ReadonlyMap<string, string>;
	#problem: SettingsProblem | null = null;
	#missing = false;
	#revision = 0;
	#watcher: FSWatcher | undefined;
	#timer: NodeJS.Timeout | undefined;

	/** Secrets are sealed with `key` whenever the file is written. A missing file is made. A broken one stays as it is: the values that were last good are used, or else the defaults. */
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
			this.#problem = problemOf(error);
			const good = readGood(this.#lastGoodPath);
			if (good) this.#used = this.parse(good.text, this.#lost);
			log.error({ problem: this.problem }, 'the settings cannot be used; those that were last good are');
		}
		this.#started = this.#used.values;
	}

	/** Never to be changed in place. */
	get current(): SettingsValues {
		return this.#used.values;
	}

	/** Why the file is not used, with line and column, or null. */
	get problem(): string | null {
		if (this.#missing) return `${settingsFile} is gone; the values it had stay in use`;
		return this.#problem && `${settingsFile}: ${this.#problem.message}`;
	}

	get places(): readonly Place[] {
		return this.#problem?.places ?? [];
	}

	get lost(): readonly string[] {
		return this.#lost;
	}

	/** The file was there and is not any more. */
	get missing(): boolean {
		return this.#missing;
	}

	/** Counts what was found in the file, good or not: who wrote it learns that it was looked at. */
	get revision(): number {
		return this.#revision;
	}

	/** The file whose values are in use. */
	get used(): ParsedSettings {
		return this.#used;
	}

	/** What stands in the file now, as text; null when it is gone. */
	get text(): string | null {
		return this.#seen && Buffer.from(this.#seen).toString('utf8');
	}

	/** Sections that were changed and count after a restart. */
	get restart(): SectionName[] {
		return (Object.keys(applies) as SectionName[]).filter(
			(name) => applies[name] === 'restart' && this.#changed(name).some((field) => !this.overrides.has(field)),
		);
	}

	#changed(name: SectionName): string[] {
		const [before, now]: Record<string, unknown>[] = [this.#started[name], this.current[name]];
		return Object.keys(now!)
			.filter((key) => !isDeepStrictEqual(before![key], now![key]))
			.map((key) => `${name}.${key}`);
	}

	/** From now on what is changed in the file counts, by whomever. */
	watch(): void {
		try {
			// The folder: editors put a new file in place of the old one.
			this.#watcher = watch(join(this.path, '..'), (_event, name) => {
				if (name !== settingsFile) return;
				clearTimeout(this.#timer);
				this.#timer = setTimeout(() => this.reload(), settleMs).unref();
			});
			this.#watcher.on('error', (error) => this.#log.error({ err: error }, 'changes of the settings file are not seen'));
		} catch (error) {
			this.#log.error({ err: error }, 'changes of the settings file are not seen');
		}
		// What was written between the start and now.
		this.reload();
	}

	stop(): void {
		clearTimeout(this.#timer);
		this.#watcher?.close();
	}

	/** Takes the file as it is now, all of it or nothing: of a broken one no value is used. */
	reload(): void {
		const before = { problem: this.problem, values: this.current };
		try {
			const bytes = readSettingsFile(this.path);
			if (bytes === null ? this.#missing : this.#seen !== null && Buffer.compare(bytes, this.#seen) === 0) return;
			this.#seen = bytes;
			this.#revision += 1;
			this.#missing = bytes === null;
			this.#problem = null;
			if (bytes !== null) this.#use(bytes);
		} catch (error) {
			this.#problem = problemOf(error);
		}
		this.#tell(before);
	}

	/**
	 * All of it or, when a value does not fit, nothing. Throws `invalid` naming the fields, `conflict` while the file is broken
	 * and `disk` when it cannot be written.
	 */
	patch(change: SettingsChange): SettingsValues {
		// An edit that was saved a moment ago is not to be lost.
		this.reload();
		if (this.#problem !== null) throw new StudioError('conflict', `${this.problem}; mend the file first`);
		const document = this.#used.document.clone();
		merge(document, [], keepSecrets(change, this.current) as Record<string, unknown>);
		checkDestinations(validate(settingsSchema, plainOf(document), 'settings'), this.current, change);
		this.replace(document.toString({ lineWidth: 0 }));
		return this.current;
	}

	/** With its secrets as they are to be used. Throws SettingsProblem. */
	parse(text: Uint8Array | string, lost: string[] = []): ParsedSettings {
		const parsed = parseSettings(text);
		return this.#key ? { ...parsed, values: openSecrets(parsed.values, this.#key, lost) } : parsed;
	}

	/** The file with its secrets as they are kept. */
	sealed(text: string): string {
		return this.#key ? sealSecrets(text, this.#key) : text;
	}

	/** Another file in place of this one. Throws SettingsProblem, and `disk` when it cannot be written. */
	replace(text: string): void {
		const before = { problem: this.problem, values: this.current };
		// What is wrong is told of the text as it was given; and what is written is sure to be read.
		parseSettings(text);
		const sealed = this.sealed(text);
		parseSettings(sealed);
		try {
			this.#write(sealed);
		} catch (error) {
			throw new StudioError('disk', `the settings cannot be written: ${messageOf(error)}`);
		}
		this.#use(sealed);
		this.#problem = null;
		this.#missing = false;
		this.#revision += 1;
		this.#tell(before);
	}

	/** Sections that stay as they were stay the same objects: nothing is started anew for them. */
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

	#tell(before: { problem: string | null; values: SettingsValues }): void {
		if (this.problem !== before.problem) this.emit('problem');
		if (this.current !== before.values) this.emit('change', this.current, before.values);
	}

	/** A copy that is only missed when the file is broken. */
	#keepAsGood(text: string): void {
		try {
			const kept = readSettingsFile(this.#lastGoodPath);
			const sealed = this.sealed(text);
			if (kept === null || Buffer.from(kept).toString() !== sealed) replaceFile(this.#lastGoodPath, sealed);
		} catch {
			// The disk that has no room for it fails louder elsewhere.
		}
	}
}

/** Null when there is none that can be used. */
export function readGood(path: string): ParsedSettings | null {
	try {
		const bytes = readSettingsFile(path);
		return bytes && parseSettings(bytes);
	} catch {
		return null;
	}
}

/** What a reader throws; what only a writer meets has no line. */
function problemOf(error: unknown): SettingsProblem {
	if (error instanceof SettingsProblem) return error;
	return new SettingsProblem([{ line: 1, column: 1, field: null, message: messageOf(error) }]);
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
