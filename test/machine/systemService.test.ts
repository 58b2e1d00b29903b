/**
 * The system service on a Debian 13 with systemd, from the documented command that installs it to the one that takes it away,
 * in a virtual machine. Half an hour or more (the first time ten minutes on top, to make the machine), so test:long has it.
 */

import * as assert from 'uvu/assert';
import { DebianMachine } from '../tools/machine/debian.js';
import { longGuest } from '../tools/machine/guest.js';
import type { Facts } from '../tools/machine/steps.js';
import { test } from '../tools/suite.js';

const seen = longGuest('dist/test/machine/systemGuest.js', {
	timeoutMs: 7_000_000,
	ownTime: true,
	machine: (options) => new DebianMachine(options),
});

seen('the documented command installs the service', ({ code, out, error, ActiveState }) => {
	assert.is(code, 0, error);
	assert.is(ActiveState, 'active');
	for (const part of ['https://', '/trust', 'Set-up code']) assert.ok(out.includes(part), out);
});
seen('it is on air, as its own user, with the rights it needs and no others', (facts) => {
	assert.is(facts.user, 'r58');
	assert.equal([facts.capabilities, facts.noNewPrivileges], ['0'.repeat(16), '1']);
	assert.is(facts.nice, -10);
	assert.ok(facts.policies.includes(2), 'a thread of the mixer runs with real-time priority (SCHED_RR)');
	assert.is(facts.keys, 0o700);
	assert.match(facts.StatusText, /^On air, no inputs/);
	assert.match(facts.status, /on air/);
	assert.is(facts.npx, 0);
	assert.ok(Number(/: ([\d.]+) /.exec(facts.exposure)?.[1]) <= 2.5, facts.exposure);
});
seen('only its ports and SSH are open, and they follow the settings', ({ before, after }) => {
	const open = (rules: string) =>
		[...rules.matchAll(/^\s*(tcp|udp) dport ([\d-]+) accept/gm)].map((match) => `${match[1]} ${match[2]}`);
	assert.match(before, 'policy drop');
	assert.equal(open(before), ['udp 5353', 'tcp 22', 'tcp 8000', 'tcp 8443', 'udp 8189-8289']);
	assert.equal(open(after), ['udp 5353', 'tcp 22', 'tcp 8000', 'tcp 8443', 'udp 9189-9289']);
});
const another = ({ before, after, left, ActiveState }: Facts) => {
	assert.is.not(after, before);
	assert.equal(left, [], 'nothing of the one before is left');
	assert.is(ActiveState, 'active');
};
seen('killed, it is back on air', another);
seen('a hung mixer is mended by the supervisor', ({ before, after }) => {
	assert.is.not(after.mixer, before.mixer);
	assert.equal([after.main, after.restarts], [before.main, before.restarts], 'the service went on');
});
seen('a hung event loop is ended by the watchdog', (facts) => {
	another(facts);
	assert.match(facts.log, /Watchdog timeout/i);
});
seen('a mixer that the supervisor cannot bring back is, by the watchdog', (facts) => {
	another(facts);
	assert.match(facts.log, 'the program has stopped');
	assert.match(facts.log, /Watchdog timeout/i);
});
seen('those were three starts that crashed: the inputs stay off, until it is stopped and started', ({ status, text, after }) => {
	assert.match(status, 'SAFE MODE');
	assert.match(text, /^Safe mode, inputs are off/);
	assert.not.match(after, 'SAFE MODE', 'a clean stop forgets them');
});
seen('a capture device that is plugged in can be opened: by its group, through the sandbox', ({ mode, group }) => {
	assert.is(mode, 0o660);
	assert.match(group, /^video:/);
});
seen('installed again it keeps its data', ({ code, error, same, settings }) => {
	assert.is(code, 0, error);
	assert.ok(same, 'the certificate that browsers trust is the same');
	assert.match(settings, 'first: 9189');
});
seen('uninstalled it leaves the data, and purged nothing', ({ codes, kept, left, user, rules, error }) => {
	assert.equal(codes, [0, 0], error);
	assert.equal(kept, { left: ['/var/lib/r58'], user: 0, active: 'inactive' });
	assert.equal([left, user, rules], [[], 2, '']);
});

test.run();
