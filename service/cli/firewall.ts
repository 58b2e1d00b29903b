/**
 * The firewall of the installed service: `node firewall.js --data DIR` prints the nftables rules, `--apply` loads them, all or
 * nothing. r58-firewall.service runs it at boot and whenever the ports of the service change.
 */
import { spawnSync } from 'node:child_process';
import { parseArgs } from 'node:util';
import { firewallRules, sshPorts } from '../system/firewallRules.js';
import { readPorts } from '../system/openPorts.js';
import { messageOf } from '../util/errors.js';

const TIMEOUT_MS = 10_000;

function main(): void {
	const { values } = parseArgs({
		options: { data: { type: 'string', default: process.env.R58_DATA ?? 'data' }, apply: { type: 'boolean', default: false } },
	});
	const rules = firewallRules(readPorts(values.data), sshPorts());
	if (!values.apply) {
		process.stdout.write(rules);
		return;
	}
	const { status, error, stderr } = spawnSync('nft', ['-f', '-'], { input: rules, encoding: 'utf8', timeout: TIMEOUT_MS });
	if (status !== 0) throw new Error(`nft rejects the rules: ${error?.message ?? stderr}`);
}

try {
	main();
} catch (error) {
	process.stderr.write(`r58-firewall: ${messageOf(error)}\n`);
	process.exitCode = 1;
}
