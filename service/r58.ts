#!/usr/bin/env node
/** The command `r58`: looks at the running service, and after its data folder. */
import { backup, factoryReset, restore } from './commands/backup.js';
import { type Command, complain, print, UsageError } from './commands/command.js';
import { config } from './commands/config.js';
import { status } from './commands/status.js';
import { messageOf } from './errors.js';

const commands: Record<string, Command> = { status, config, backup, restore, 'factory-reset': factoryReset };

const usage = `${Object.values(commands)
	.map((command) => `  ${command.usage}`)
	.join('\n')}

  Each takes --data DIR, the data folder of the service (default: ./data), and --help.
  Exit codes: 0 done, 1 not done, and said why, 2 wrong options.
`;

async function main(): Promise<number> {
	const [name = '', ...args] = process.argv.slice(2);
	const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
	if (args.includes('--help') || name === '--help') {
		print(command ? `  ${command.usage}` : usage);
		return 0;
	}
	if (!command) throw new UsageError(`the commands are: ${Object.keys(commands).join(', ')}`);
	return command.run(args);
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
