#!/usr/bin/env node
import { messageOf } from '../util/errors.js';
/** The command `r58`: inspects the running service and manages its data folder. */
import { type Command, complain, print, UsageError } from './commands/command.js';

/** Loaded on demand: most commands need no database. */
const commands: Record<string, () => Promise<Command>> = {
	status: async () => (await import('./commands/status.js')).status,
	config: async () => (await import('./commands/config.js')).config,
	support: async () => (await import('./commands/support.js')).support,
	backup: async () => (await import('./commands/backup.js')).backup,
	restore: async () => (await import('./commands/backup.js')).restore,
	'factory-reset': async () => (await import('./commands/backup.js')).factoryReset,
};

async function help(load: (() => Promise<Command>) | undefined): Promise<string> {
	if (load) return `  ${(await load()).usage}`;
	const all = await Promise.all(Object.values(commands).map(async (one) => `  ${(await one()).usage}`));
	return `${all.join('\n')}

  Every command takes --data DIR, the data folder of the service (default: ./data), and --help.
  Exit codes: 0 done, 1 failed (the reason is printed), 2 wrong options.
`;
}

async function main(): Promise<number> {
	const [name = '', ...args] = process.argv.slice(2);
	const load = Object.hasOwn(commands, name) ? commands[name] : undefined;
	if (args.includes('--help') || name === '--help') {
		print(await help(load));
		return 0;
	}
	if (!load) throw new UsageError(`the commands are: ${Object.keys(commands).join(', ')}`);
	return (await load()).run(args);
}

main().then(
	(code) => {
		process.exitCode = code;
	},
	(error: unknown) => {
		const wrong = error instanceof UsageError;
		complain(`r58: ${messageOf(error)}${wrong ? ' (--help lists the options)' : ''}`);
		process.exitCode = wrong ? 2 : 1;
	},
);
