import * as assert from 'uvu/assert';
import { makeCode, shownCode, typedCode } from '../../service/accounts/codes.js';
import { Lockout } from '../../service/accounts/lockout.js';
import { LoginCodes } from '../../service/accounts/loginCodes.js';
import { Passwords } from '../../service/accounts/passwords.js';
import { sameSecret } from '../../service/accounts/sameSecret.js';
import { Audit } from '../../service/store/audit.js';
import { Database } from '../../service/store/database.js';
import { test } from '../tools/suite.js';

const outside = { address: '192.0.2.7', atConsole: false };
const console = { address: '127.0.0.1', atConsole: true };

/** Seconds to wait, 0 when the attempt may run (and is wrong). */
function guess(lockout: Lockout, visitor: typeof outside, account: string | null, now: number): number {
	try {
		lockout.begin(visitor, account, now);
		return 0;
	} catch (error) {
		assert.is((error as { code: string }).code, 'rate-limited');
		return (error as { retryAfterS: number }).retryAfterS;
	}
}

test('five wrong passwords of an account are free, then each wait is twice as long, from everywhere', () => {
	const lockout = new Lockout();
	for (let i = 0; i < 5; i++) assert.is(guess(lockout, { ...outside, address: `192.0.2.${i}` }, 'Tess', i), 0);
	const waits: number[] = [];
	let now = 5;
	for (let i = 0; i < 12; i++) {
		const wait = guess(lockout, { ...outside, address: `198.51.100.${i}` }, 'TESS', now);
		waits.push(wait);
		now += wait * 1000;
		assert.is(guess(lockout, { ...outside, address: `203.0.113.${i}` }, 'tess', now), 0);
	}
	assert.equal(waits, [2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900, 900]);
	// Other accounts, and the console, were never locked.
	assert.is(guess(lockout, { ...outside, address: '192.0.2.99' }, 'Otto', now), 0);
	assert.is(guess(lockout, console, 'Tess', now), 0);
	assert.is(lockout.refused, 12);
});

test('an address has ten wrong ones, an IPv6 household too', () => {
	for (const address of [() => '192.0.2.7', (i: number) => `2001:db8:1:2::${i + 1}`, (i: number) => `2001:db8:1:2:${i}:0:0:1`]) {
		const lockout = new Lockout();
		for (let i = 0; i < 10; i++) assert.is(guess(lockout, { ...outside, address: address(i) }, `user${i}`, i), 0);
		assert.is(guess(lockout, { ...outside, address: address(77) }, null, 10), 2);
		assert.is(guess(lockout, { ...outside, address: '2001:db8:1:3::1' }, null, 10), 0);
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
	for (let i = 0; i < 5; i++) guess(lockout, { ...outside, address: '192.0.2.8' }, null, 0);
	lockout.begin(outside, 'Tess', 1).succeeded();
	assert.is(lockout.failed, 9);
	for (let i = 0; i < 4; i++) assert.is(guess(lockout, outside, 'Tess', 2), 0);
	for (let i = 0; i < 2; i++) assert.is(guess(lockout, outside, `other${i}`, 3), 0);
	assert.is(guess(lockout, outside, 'more', 3), 2);
	assert.is(lockout.waiting(3), 1);
	assert.is(guess(lockout, outside, 'Tess', 2 * 3_600_000), 0);
});

test('the console waits for five seconds at most', () => {
	const lockout = new Lockout();
	let now = 0;
	let longest = 0;
	for (let i = 0; i < 40; i++) {
		const wait = guess(lockout, console, 'Tess', now);
		longest = Math.max(longest, wait);
		now += wait * 1000;
	}
	assert.is(longest, 5);
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

test('a login code counts once and for five minutes', () => {
	const codes = new LoginCodes();
	const { code } = codes.make({ user: 'user-1' }, 0);
	assert.is(codes.take(code, 300_000), null);
	const again = codes.make({ token: 'token-1' }, 0).code;
	assert.equal(codes.take(again.toLowerCase(), 299_999), { token: 'token-1' });
	assert.is(codes.take(again, 299_999), null);
	const first = codes.make({ user: 'user-1' }, 0).code;
	for (let i = 0; i < 64; i++) codes.make({ user: 'user-1' }, 0);
	assert.is(codes.take(first, 1), null);
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

test('the audit keeps the newest, counts what it purged, and is never rewritten', () => {
	const database = new Database(':memory:');
	const audit = new Audit(database, 250);
	const record = { who: 'Tess', role: 'technician', address: '192.0.2.7', action: 'POST /x', subject: null, detail: null };
	for (let i = 1; i <= 1000; i++) audit.add({ ...record, outcome: `n${i}` });
	const entries = audit.list({ limit: 1000 });
	assert.is(entries.length, 250);
	assert.is(audit.purged, 750);
	assert.equal([entries[0]!.outcome, entries.at(-1)!.outcome], ['n1000', 'n751']);
	assert.throws(() => database.connection.prepare("UPDATE audit SET who = 'Eve'").run(), /never changed/);
	database.close();
});

test.run();
