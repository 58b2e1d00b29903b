import * as assert from 'uvu/assert';
import { makeCode, shownCode, typedCode } from '../../../service/access/codes.js';
import { FailureTable } from '../../../service/access/failures.js';
import { Lockout } from '../../../service/access/lockout.js';
import { LoginCodes, loginCodeS } from '../../../service/access/loginCodes.js';
import { test } from '../../tools/suite.js';

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
	assert.equal([codes.size, codes.forgotten], [8, 997]);
	assert.is(codes.take(made[0]!, 1), null);
	for (const code of made.slice(1)) assert.equal(codes.take(code, 1), { user: 'user-1' });
	for (let i = 0; i < 1000; i++) codes.make({ user: `user-${i}` }, null, 2);
	assert.is(codes.size, codes.most);
});

test('an account is counted however its name is written, and told how long to wait', () => {
	const lockout = new Lockout();
	for (let i = 0; i < 5; i++) guess(lockout, `192.0.2.${i}`, i % 2 ? '\u00c5sa' : 'A\u030aSA', 0);
	try {
		lockout.begin('192.0.2.9', '\u00e5sa', 500);
		assert.unreachable();
	} catch (error) {
		assert.is((error as Error).message, 'too many failed logins; try again in 2 s');
	}
	assert.equal([lockout.failed, lockout.refused, lockout.waiting(500), lockout.waiting(2000)], [5, 1, 1, 0]);
	// The address that was refused has guessed nothing.
	for (let i = 0; i < 10; i++) assert.is(guess(lockout, '192.0.2.9', null, 500), 0);
	assert.is(guess(lockout, '192.0.2.9', null, 500), 2);
	assert.equal([lockout.failed, lockout.waiting(500)], [15, 2]);
});

test('who succeeds without an account frees none', () => {
	const lockout = new Lockout();
	for (let i = 0; i < 5; i++) guess(lockout, '192.0.2.1', 'null', 0);
	lockout.begin('192.0.2.2', null, 0).succeeded();
	assert.equal([guess(lockout, '192.0.2.3', 'null', 1), lockout.failed], [2, 5]);
});

test('who names no account does not wait for those that share what is left of the accounts', () => {
	const lockout = new Lockout();
	for (let i = 0; i <= 4096; i += 1) for (let n = 0; n < 6; n += 1) lockout.accounts.count(`name ${i}`, 0);
	assert.ok(guess(lockout, '192.0.2.1', 'another', 1) > 0);
	assert.is(guess(lockout, '192.0.2.1', null, 1), 0);
});

test('a code has halves of which the first is never the shorter', () => {
	assert.equal(['ABCD', 'ABCDE', ''].map(shownCode), ['AB-CD', 'ABC-DE', '-']);
	assert.is(typedCode('o0-iIlL 1'), '0011111');
	assert.is(makeCode(3).length, 3);
	const letters = new Set(Array.from({ length: 400 }, () => makeCode(8)).join(''));
	assert.is(letters.size, 32, 'all 32 of them come');
});

test('a login code tells when it ends; what is over makes room, and the codes of others stay', () => {
	const codes = new LoginCodes();
	const made = codes.make({ user: 'user-1' }, null, 1000);
	assert.equal([made.expiresAt, made.code.length, loginCodeS], ['1970-01-01T00:05:01.000Z', 8, 300]);
	for (let i = 0; i < 4; i++) codes.make({ token: 'user-1x' }, null, 2000);
	assert.is(codes.size, 5);
	codes.make({ user: 'user-2' }, null, 301_000);
	assert.equal([codes.size, codes.forgotten], [5, 0], 'what ended in the meantime is not dropped for others');
	codes.make({ user: 'user-2' }, null, 302_000);
	assert.equal([codes.size, codes.forgotten], [2, 0]);
	const other = codes.make({ token: 'token-1' }, null, 302_000).code;
	codes.endOf({ user: 'user-2' });
	assert.is(codes.size, 1);
	assert.equal(codes.take(other, 302_001), { token: 'token-1' });
	assert.is(codes.size, 0);
	assert.is(codes.take('', 302_001), null);
});

test('without sessions to look at, a code stands for itself', () => {
	const codes = new LoginCodes();
	assert.equal(codes.take(codes.make({ user: 'user-1' }, 'session-1', 0).code, 1), { user: 'user-1' });
});

test('beyond 256 codes the oldest goes', () => {
	const codes = new LoginCodes();
	const made = Array.from({ length: 257 }, (_, i) => codes.make({ user: `user-${i}` }, null, 0).code);
	assert.equal([codes.most, codes.size, codes.forgotten], [256, 256, 1]);
	assert.equal([codes.take(made[0]!, 1), codes.take(made[1]!, 1)], [null, { user: 'user-1' }]);
});

test.run();
