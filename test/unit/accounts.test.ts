import * as assert from 'uvu/assert';
import { makeCode, shownCode, typedCode } from '../../service/accounts/codes.js';
import { FailureTable } from '../../service/accounts/failures.js';
import { Lockout } from '../../service/accounts/lockout.js';
import { LoginCodes } from '../../service/accounts/loginCodes.js';
import { Passwords } from '../../service/accounts/passwords.js';
import { sameSecret } from '../../service/accounts/sameSecret.js';
import { auditKinds } from '../../service/api/accountSchema.js';
import { Audit, kept } from '../../service/store/audit.js';
import { Database } from '../../service/store/database.js';
import { test } from '../tools/suite.js';

const outside = '192.0.2.7';

/** Seconds to wait, 0 when the attempt may run (and is wrong). */
function guess(lockout: Lockout, address: string, account: string | null, now: number): number {
	try {
		lockout.begin(address, account, now);
		return 0;
	} catch (error) {
		assert.is((error as { code: string }).code, 'rate-limited');
		return (error as { retryAfterS: number }).retryAfterS;
	}
}

test('five wrong passwords of an account are free, then each wait is twice as long, from everywhere, the device itself too', () => {
	const lockout = new Lockout();
	for (let i = 0; i < 5; i++) assert.is(guess(lockout, `192.0.2.${i}`, 'Tess', i), 0);
	const waits: number[] = [];
	let now = 5;
	for (let i = 0; i < 12; i++) {
		const wait = guess(lockout, i % 2 ? `198.51.100.${i}` : '127.0.0.1', 'TESS', now);
		waits.push(wait);
		now += wait * 1000;
		assert.is(guess(lockout, `203.0.113.${i}`, 'tess', now), 0);
	}
	assert.equal(waits, [2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900, 900]);
	// Other accounts were never locked.
	assert.is(guess(lockout, '192.0.2.99', 'Otto', now), 0);
	assert.is(lockout.refused, 12);
});

test('an address has ten wrong ones, an IPv6 household too', () => {
	for (const address of [
		() => '192.0.2.7',
		() => '127.0.0.1',
		(i: number) => `2001:db8:1:2::${i + 1}`,
		(i: number) => `2001:db8:1:2:${i}:0:0:1`,
	]) {
		const lockout = new Lockout();
		for (let i = 0; i < 10; i++) assert.is(guess(lockout, address(i), `user${i}`, i), 0);
		assert.is(guess(lockout, address(77), null, 10), 2);
		assert.is(guess(lockout, '2001:db8:1:3::1', null, 10), 0);
	}
});

test('many attempts at once gain nothing', () => {
	const lockout = new Lockout();
	const ran = Array.from({ length: 100 }, () => guess(lockout, outside, 'Tess', 0)).filter((wait) => wait === 0);
	assert.is(ran.length, 5);
});

test('success takes back its own attempt and frees the account, not what the address guessed of others', () => {
	const lockout = new Lockout();
	for (let i = 0; i < 4; i++) guess(lockout, outside, 'Tess', 0);
	for (let i = 0; i < 5; i++) guess(lockout, '192.0.2.8', null, 0);
	lockout.begin(outside, 'Tess', 1).succeeded();
	assert.is(lockout.failed, 9);
	for (let i = 0; i < 4; i++) assert.is(guess(lockout, outside, 'Tess', 2), 0);
	for (let i = 0; i < 2; i++) assert.is(guess(lockout, outside, `other${i}`, 3), 0);
	assert.is(guess(lockout, outside, 'more', 3), 2);
	assert.is(lockout.waiting(3), 1);
	assert.is(guess(lockout, outside, 'Tess', 2 * 3_600_000), 0);
});

test('guesses from thousands of addresses, or at thousands of names, push nobody out who failed more often', () => {
	const lockout = new Lockout();
	for (let i = 0; i < 7; i++) guess(lockout, `192.0.2.${i}`, 'Tess', i * 5000);
	for (let i = 0; i < 12; i++) guess(lockout, '198.51.100.1', null, i * 5000);
	const network = (i: number) => `2001:db8:${(i >> 8).toString(16)}:${(i & 255).toString(16)}::1`;
	for (let i = 0; i < 20_000; i++) guess(lockout, network(i), i % 2 ? null : `name ${i}`, 60_000);
	assert.equal([lockout.accounts.size <= 4096, lockout.addresses.size <= 4096], [true, true]);
	assert.ok(lockout.accounts.forgotten > 0 && lockout.addresses.forgotten > 0);
	// One more of each, and the waits go on where they were.
	assert.is(guess(lockout, network(30_000), 'Tess', 60_000), 0);
	assert.ok(guess(lockout, network(30_001), 'Tess', 60_000) >= 8);
	assert.is(guess(lockout, '198.51.100.1', null, 70_000), 0);
	assert.ok(guess(lockout, '198.51.100.1', null, 70_000) >= 4);
});

test('when all that the table holds wait, nobody of them is forgotten and newcomers are counted together', () => {
	const table = new FailureTable({ free: 1, firstDelayMs: 1000, longestDelayMs: 60_000, longestSharedMs: 3000, most: 8 });
	for (let i = 0; i < 8; i++) for (let n = 0; n < 4; n++) table.count(`old ${i}`, n);
	table.count('new 1', 10);
	assert.is(table.until('new 2', 11), 1010);
	for (let n = 0; n < 5; n++) table.count(`new ${n}`, 20);
	assert.is(table.until('new 9', 21), 3020, 'never longer than shared entries wait');
	for (let i = 0; i < 8; i++) assert.ok(table.until(`old ${i}`, 21) > 7000, `old ${i}`);
	assert.equal([table.size, table.forgotten], [8, 0]);
	// Later there is room again.
	table.count('new 1', 20_000);
	assert.is(table.until('new 1', 20_000), 21_000);
});

test('secrets are compared by their bytes: letters of two do not make them equally long', () => {
	assert.equal(
		['abcd', 'abcE', 'abc', 'abcÓ', ''].map((given) => sameSecret(given, 'abcd')),
		[true, false, false, false, false],
	);
});

test('codes are typed as people type', () => {
	assert.is(typedCode(' abcd-ef0l\n'), 'ABCDEF01');
	assert.is(shownCode('ABCDEFGHJK'), 'ABCDE-FGHJK');
	for (let i = 0; i < 50; i++) assert.match(makeCode(8), /^[0-9A-HJKMNP-TV-Z]{8}$/);
});

test('a login code counts once, for five minutes, and no longer than the session it was made in', () => {
	const living = new Set(['session-1']);
	const codes = new LoginCodes((id) => living.has(id));
	const user = { user: 'user-1' };
	const { code } = codes.make(user, null, 0);
	assert.is(codes.take(code, 300_000), null);
	const again = codes.make({ token: 'token-1' }, null, 0).code;
	assert.equal(codes.take(again.toLowerCase(), 299_999), { token: 'token-1' });
	assert.is(codes.take(again, 299_999), null);
	const [one, two] = [codes.make(user, 'session-1', 0).code, codes.make(user, 'session-1', 0).code];
	assert.equal(codes.take(one, 1), user);
	living.clear();
	assert.is(codes.take(two, 1), null);
	const last = codes.make(user, null, 0).code;
	codes.endOf(user);
	assert.is(codes.take(last, 1), null);
});

test('login codes are bounded: four of an account, and nobody crowds out those of others', () => {
	const codes = new LoginCodes();
	const made = Array.from({ length: 5 }, () => codes.make({ user: 'user-1' }, null, 0).code);
	for (let i = 0; i < 1000; i++) codes.make({ user: 'user-2' }, null, 0);
	assert.equal([codes.size, codes.dropped], [8, 997]);
	assert.is(codes.take(made[0]!, 1), null);
	for (const code of made.slice(1)) assert.equal(codes.take(code, 1), { user: 'user-1' });
	for (let i = 0; i < 1000; i++) codes.make({ user: `user-${i}` }, null, 2);
	assert.is(codes.size, codes.most);
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
