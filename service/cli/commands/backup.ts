import { readFileSync, statSync } from 'node:fs';
import { createInterface } from 'node:readline/promises';
import { maxArchiveBytes } from '../../backup/archive.js';
import type { Plan } from '../../backup/backups.js';
import { finishPending } from '../../backup/pending.js';
import { replaceFile } from '../../util/durable.js';
import { type Command, complain, dataOption, parse, print, UsageError } from './command.js';
import { openDataFolder } from './dataFolder.js';

const passphraseOption = { 'passphrase-file': { type: 'string' } } as const;
const afterRestart = 'It applies after a restart of the service. The show goes on until then.';

/** From the first line of a file, or the environment: everybody on the machine can read command lines. */
function passphraseOf(file: string | undefined): string | null {
	if (file === undefined) return process.env.R58_PASSPHRASE || null;
	const [line = ''] = readFileSync(file, 'utf8').split(/\r?\n/);
	if (line === '') throw new Error(`the first line of ${file} is empty; it must hold the passphrase`);
	return line;
}

export const backup: Command = {
	usage: `r58 backup FILE [--passphrase-file FILE]
      writes settings and show to FILE (.tar.gz); with a passphrase (the first line of a file, or R58_PASSPHRASE) it
      also holds secrets, accounts and keys, sealed with the passphrase`,

	async run(args) {
		const { values, positionals } = parse(args, { ...dataOption, ...passphraseOption });
		const [file] = positionals;
		if (file === undefined || positionals.length > 1) throw new UsageError('usage: r58 backup FILE');
		const passphrase = passphraseOf(values['passphrase-file']);
		const archive = await openDataFolder(values.data).backups.make(passphrase);
		replaceFile(file, archive);
		print(`${file} written, ${passphrase === null ? 'without secrets, accounts and keys' : 'with secrets, accounts and keys'}`);
		return 0;
	},
};

export const restore: Command = {
	usage: `r58 restore FILE [--yes] [--passphrase-file FILE]
      shows what a backup would change, asks for confirmation (--yes skips it) and restores it, all or nothing
  r58 restore --undo [--yes]
      undoes the last restore`,

	async run(args) {
		const { values, positionals } = parse(args, {
			...dataOption,
			...passphraseOption,
			yes: { type: 'boolean', default: false },
			undo: { type: 'boolean', default: false },
		});
		const [file] = positionals;
		if (positionals.length > 1 || (file === undefined) !== values.undo)
			throw new UsageError('usage: r58 restore FILE, or r58 restore --undo');
		const folder = openDataFolder(values.data);
		const passphrase = passphraseOf(values['passphrase-file']);
		const archive = file === undefined ? null : read(file);
		const tell = (plan: Plan) => {
			print(planText(plan));
			return plan.changes.length > 0;
		};
		if (archive && !tell(await folder.backups.plan(archive, passphrase))) return 0;
		if (!values.yes && !(await confirmed(archive ? 'Restore it?' : 'Undo the last restore?'))) return 1;
		const plan = archive ? await folder.backups.restore(archive, passphrase) : folder.backups.undo();
		if (!archive && !tell(plan)) return 0;
		if (plan.restart && !folder.running) finish(folder);
		print(plan.restart && folder.running ? afterRestart : 'Done.');
		if (archive) print('Undo it with r58 restore --undo.');
		return 0;
	},
};

export const factoryReset: Command = {
	usage: `r58 factory-reset --yes [--keys] [--recordings]
      deletes settings, show, accounts and logs, as on a new device; with --keys also its certificates and keys, with
      --recordings also the recordings`,

	async run(args) {
		const { values, positionals } = parse(args, {
			...dataOption,
			yes: { type: 'boolean', default: false },
			keys: { type: 'boolean', default: false },
			recordings: { type: 'boolean', default: false },
		});
		if (positionals.length > 0) throw new UsageError(`unexpected argument "${positionals[0]}"`);
		if (!values.yes)
			throw new UsageError('this cannot be undone; make a backup first (r58 backup FILE), then confirm with --yes');
		const folder = openDataFolder(values.data);
		folder.backups.reset(values);
		if (!folder.running) finish(folder);
		print(folder.running ? `Scheduled. ${afterRestart}` : 'Done.');
		return 0;
	},
};

function finish(folder: ReturnType<typeof openDataFolder>): void {
	const refused = finishPending(folder);
	if (refused !== null) throw new Error(`not done, nothing has changed: ${refused}`);
}

function read(file: string): Buffer {
	if (statSync(file).size > maxArchiveBytes) throw new Error(`${file} is larger than any backup`);
	return readFileSync(file);
}

function planText({ madeAt, version, secrets, changes, left }: Plan): string {
	const locked = 'Its secrets, accounts and keys need the passphrase (--passphrase-file); without it the current ones stay.';
	return [
		`Created ${madeAt} by R58 Studio ${version}.`,
		...(secrets === 'locked' ? [locked] : []),
		...(changes.length === 0 ? ['Nothing would change.'] : ['Changes:', ...changes.map(({ text }) => `  ${text}`)]),
		...(left.length === 0 ? [] : ['Left out:', ...left.map((text) => `  ${text}`)]),
	].join('\n');
}

async function confirmed(question: string): Promise<boolean> {
	if (!process.stdin.isTTY) {
		complain('Nothing done: confirm with --yes.');
		return false;
	}
	const dialog = createInterface({ input: process.stdin, output: process.stdout });
	try {
		return /^y(es)?$/i.test((await dialog.question(`${question} [y/N] `)).trim());
	} finally {
		dialog.close();
	}
}
