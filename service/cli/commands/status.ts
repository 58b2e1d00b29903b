import { resolve } from 'node:path';
import type { Status } from '../../contract/system.js';
import { statusText } from '../statusText.js';
import { ask, type Command, dataOption, parse, print, runningService, UsageError } from './command.js';

export const status: Command = {
	usage: `r58 status [--json] [--url URL --token TOKEN]
      shows hosts, counters, drops and faults of the running service; --url asks another machine, with an operator's token
      exit code 1: no service is running, or it cannot be reached`,

	async run(args) {
		const { values, positionals } = parse(args, {
			...dataOption,
			url: { type: 'string' },
			token: { type: 'string' },
			json: { type: 'boolean', default: false },
		});
		if (positionals.length > 0) throw new UsageError(`unexpected argument "${positionals[0]}"`);
		const { data, url, token, json } = values;
		if (url && !token) throw new UsageError('--url needs --token');
		const target = url && token ? { url, token } : runningService(data);
		if (!target)
			throw new Error(`no service is running on the data folder ${resolve(data)}; choose another with --data, or use --url`);
		const status = await ask<Status>(target, '/api/system/status');
		print(json ? JSON.stringify(status) : statusText(status));
		return 0;
	},
};
