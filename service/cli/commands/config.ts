import { existsSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { SettingsStatus } from '../../contract/settings.js';
import { type EffectiveField, effectiveFields } from '../../settings/effective.js';
import { type ParsedSettings, parseSettings, readSettingsFile } from '../../settings/file.js';
import { applies, type SectionName, template } from '../../settings/schema.js';
import { lastGoodFile, readGood, settingsFile } from '../../settings/settings.js';
import { placeText, SettingsError } from '../../settings/settingsError.js';
import { replaceFile } from '../../util/durable.js';
import { ask, type Command, complain, dataOption, parse, print, runningService, type Target, UsageError } from './command.js';

/** The service reads a changed file at once; after this long something is wrong. */
const takeUpMs = 10_000;
const askEveryMs = 100;

export const config: Command = {
	usage: `r58 config check [FILE]
      checks a settings file (default: settings.yaml in the data folder)
  r58 config apply FILE
      makes a file the settings, if it is valid; a running service loads it immediately
  r58 config show [--json]
      shows every setting in use, with its default and its line in the file; secrets are hidden
      exit code 1: the file is not valid, or not in use; one error per line, FILE:LINE:COLUMN: what is wrong`,

	async run(args) {
		const { values, positionals } = parse(args, { ...dataOption, json: { type: 'boolean', default: false } });
		const [action, file, ...more] = positionals;
		const { data, json } = values;
		if (more.length > 0) throw new UsageError(`unexpected argument "${more[0]}"`);
		if (action === 'check') return check(file ?? join(data, settingsFile));
		if (action === 'apply' && file !== undefined) return apply(file, resolve(data));
		if (action === 'show' && file === undefined) return show(resolve(data), json);
		throw new UsageError('usage: r58 config check [FILE], apply FILE, or show [--json]');
	},
};

/** Null, with its errors printed, when it is not valid. */
function good(file: string): ParsedSettings | null {
	try {
		const bytes = readSettingsFile(file);
		if (bytes === null) throw new Error(`there is no file ${file}`);
		return parseSettings(bytes);
	} catch (error) {
		if (!(error instanceof SettingsError)) throw error;
		for (const place of error.places) complain(placeText(file, place));
		return null;
	}
}

function check(file: string): number {
	if (!good(file)) return 1;
	print(`${file} is valid`);
	return 0;
}

async function apply(file: string, data: string): Promise<number> {
	const parsed = good(file);
	if (!parsed) return 1;
	if (!existsSync(data)) throw new Error(`there is no data folder ${data}; name it with --data`);
	const path = join(data, settingsFile);
	const now = readSettingsFile(path);
	const service = runningService(data);
	const same = now !== null && Buffer.from(now).toString() === parsed.text;
	const before = service && (await ask<SettingsStatus>(service, '/api/settings/status'));
	if (!same) replaceFile(path, parsed.text);
	if (!service || !before) {
		print(`${path} written; no service is running, so it applies from the next start`);
		return 0;
	}
	const after = same ? before : await takenUp(service, before.revision);
	if (!after) throw new Error(`${path} written, but the service did not load it within ${takeUpMs / 1000} s; see its log`);
	for (const place of after.problems) complain(placeText(path, place));
	if (after.problems.length > 0) return 1;
	print(same ? `${path} is unchanged and in use` : `${path} written and in use`);
	if (after.restart.length > 0) print(`Applies after a restart of the service: ${after.restart.join(', ')}`);
	return 0;
}

async function takenUp(service: Target, revision: number): Promise<SettingsStatus | null> {
	const until = performance.now() + takeUpMs;
	while (performance.now() < until) {
		const status = await ask<SettingsStatus>(service, '/api/settings/status');
		if (status.revision > revision) return status;
		await sleep(askEveryMs);
	}
	return null;
}

/** The effective values: the file's or, while it is broken, the last good ones. */
async function show(data: string, json: boolean): Promise<number> {
	const path = join(data, settingsFile);
	if (!existsSync(data)) throw new Error(`there is no data folder ${data}; name it with --data`);
	const parsed = existsSync(path) ? good(path) : null;
	const used = parsed ?? readGood(join(data, lastGoodFile)) ?? parseSettings(template);
	const service = runningService(data);
	const status = service && (await ask<SettingsStatus>(service, '/api/settings/status'));
	const fields = effectiveFields(used).map((field) => ({ ...field, line: parsed ? field.line : null }));
	const restart = status?.restart ?? [];
	if (json) print(JSON.stringify({ path, good: parsed !== null, running: service !== null, restart, fields }));
	else {
		print(`${path}${parsed ? '' : ' is not in use: these are the last good values'}`);
		print(table(fields, restart, relative('', path) || path));
	}
	return parsed || !existsSync(path) ? 0 : 1;
}

function table(fields: EffectiveField[], restart: string[], file: string): string {
	const text = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value));
	const width = Math.max(...fields.map(({ field }) => field.length));
	const rows = fields.map(({ field, value, default: usual, line }) => {
		const section = field.split('.')[0] as SectionName;
		const notes = [
			text(value) === text(usual) ? 'default' : `set${usual === null ? '' : `, default ${text(usual)}`}`,
			...(line === null ? [] : [`${file}:${line}`]),
			...(restart.includes(section) ? ['after a restart'] : applies[section] === 'restart' ? ['changes need a restart'] : []),
		];
		return `${field.padEnd(width)}  ${text(value)}  (${notes.join('; ')})`;
	});
	return rows.join('\n');
}
