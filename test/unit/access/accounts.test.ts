import * as assert from 'uvu/assert';
import { Passwords } from '../../../service/access/passwords.js';
import { sameSecret } from '../../../service/access/sameSecret.js';
import { auditKinds } from '../../../service/contract/accounts.js';
import { Audit, kept } from '../../../service/store/audit.js';
import { Database } from '../../../service/store/database.js';
import { test } from '../../tools/suite.js';

test('secrets are compared by their bytes: letters of two do not make them equally long', () => {
	assert.equal(
		['abcd', 'abcE', 'abc', 'abcÓ', ''].map((given) => sameSecret(given, 'abcd')),
		[true, false, false, false, false],
	);
});

test('passwords are kept as salted scrypt, composed alike; nobody has no password', async () => {
	const passwords = new Passwords();
	const [one, two] = await Promise.all([passwords.hash('Ångström'), passwords.hash('Ångström')]);
	assert.match(one!, /^scrypt\$15\$8\$3\$[\w-]{22}\$[\w-]{43}$/);
	assert.not.equal(one, two);
	assert.is(await passwords.matches('A\u030angstro\u0308m', one!), true);
	assert.is(await passwords.matches('ångström', one!), false);
	const cheap = new Passwords({ logN: 12, r: 8, p: 1 });
	// What was made at another cost still counts.
	assert.is(await cheap.matches('Ångström', two!), true);
	for (const stored of [null, '', 'scrypt$15$8$3$$', 'plain']) assert.is(await cheap.matches('', stored), false, String(stored));
});

test('two hashes at once, eight wait, the others are told to come again', async () => {
	const passwords = new Passwords({ logN: 12, r: 8, p: 1 });
	const answers = await Promise.allSettled(Array.from({ length: 12 }, () => passwords.matches('x', null)));
	const refused = answers.filter(({ status }) => status === 'rejected') as PromiseRejectedResult[];
	assert.is(refused.length, 2);
	for (const { reason } of refused) assert.is((reason as { code: string }).code, 'busy');
	assert.is(await passwords.matches('x', null), false);
});

const entry = { who: 'Tess', role: 'technician', address: '192.0.2.7', action: 'POST /x', subject: null, detail: null };

test('the audit keeps the newest of each kind, counts what it purged, and is never rewritten', () => {
	const database = new Database(':memory:');
	const audit = new Audit(database, { ...kept, changes: 250 });
	for (let i = 1; i <= 1001; i++) audit.add({ ...entry, kind: 'changes', outcome: `n${i}` });
	const entries = audit.list({ limit: 1000 });
	assert.is(entries.length, 250);
	assert.is(audit.purged, 751);
	assert.equal([entries[0]!.outcome, entries.at(-1)!.outcome], ['n1001', 'n752']);
	for (const change of ["who = 'Eve'", "at = ''", "kind = 'visits'", "outcome = 'done'"])
		assert.throws(() => database.connection.prepare(`UPDATE audit SET ${change}`).run(), /never changed/, change);
	database.close();
});

test('noise of one kind pushes no entry of another out of the audit', () => {
	const database = new Database(':memory:');
	const audit = new Audit(database);
	for (const kind of auditKinds) audit.add({ ...entry, kind, outcome: `first of ${kind}` });
	for (let i = 0; i < 6000; i++) audit.add({ ...entry, kind: i % 2 ? 'strangers' : 'visits', outcome: `n${i}`, address: `${i}` });
	const left = audit.list({ limit: 20_000 }).map(({ outcome }) => outcome);
	for (const kind of auditKinds) assert.is(left.includes(`first of ${kind}`), kind !== 'strangers' && kind !== 'visits', kind);
	assert.ok(left.length <= 1204, `${left.length} entries`);
	database.close();
});

test('what happens again within the hour is counted in its entry, with when it was last', () => {
	const database = new Database(':memory:');
	const audit = new Audit(database);
	const minute = 60_000;
	const record = { ...entry, kind: 'strangers', outcome: 'conflict' } as const;
	for (let i = 0; i < 5000; i++) audit.add(record, i);
	audit.add({ ...record, address: '192.0.2.8' }, 5000);
	audit.add(record, 59 * minute);
	const [other, first] = audit.list({ limit: 10 });
	assert.equal([other!.address, other!.count, other!.lastAt], ['192.0.2.8', 1, null]);
	assert.equal([first!.at, first!.count, first!.lastAt], [new Date(0).toISOString(), 5001, new Date(59 * minute).toISOString()]);
	audit.add(record, 120 * minute);
	assert.is(audit.list({ limit: 10 }).length, 3, 'after an hour of silence it is told anew');
	database.close();
});

test.run();
