import { mkdtempSync, rmSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import * as assert from 'uvu/assert';
import { Door } from '../../service/guests/door.js';
import { DoorPasses } from '../../service/guests/doorPasses.js';
import { Gate } from '../../service/http/gate.js';
import { Buckets, RateLimit } from '../../service/http/rates.js';
import { Resolver } from '../../service/network/resolver.js';
import { Removals } from '../../service/sources/removals.js';
import { openDatabase } from '../../service/store/database.js';
import { DeviceKey } from '../../service/store/deviceKey.js';
import { openStore } from '../../service/store/store.js';
import { Tokens } from '../../service/store/tokens.js';
import { type Bounded, BoundedMap } from '../../service/util/boundedMap.js';
import { createLog } from '../../service/util/log.js';
import { SlidingWindow } from '../../service/util/slidingWindow.js';
import { ShowStub } from '../tools/showStub.js';
import { test } from '../tools/suite.js';

const figures = ({ size, most, forgotten }: Bounded) => [size, most, forgotten];
const range = (count: number) => Array.from({ length: count }, (_, i) => i);
/** Of so many IPv4 households. */
const address = (i: number) => `10.${i >> 16}.${(i >> 8) & 255}.${i & 255}`;

test('a bounded map forgets what was set longest ago, and counts it', () => {
	const lost: number[] = [];
	const map = new BoundedMap<string, number>(3, (value) => lost.push(value));
	map.set('a', 1).set('b', 2).set('c', 3).set('a', 4).set('d', 5);
	assert.equal([[...map], lost], [[['c', 3], ['a', 4], ['d', 5]], [2]]); // biome-ignore format: one line
	assert.equal(figures(map), [3, 3, 1]);
});

test('of who does something now and then, 4096 are remembered', () => {
	const window = new SlidingWindow(60_000, 2);
	for (const i of range(5000)) window.add(`client ${i}`, 0);
	assert.equal(figures(window.keys), [4096, 4096, 904]);
	for (const at of range(100)) window.add('client 4999', at);
	assert.is(window.waitMs('client 4999', 99), 59_999, 'and no more times than count');
});

test('of rates 4096 clients are remembered, and nobody who asked while all together were too many', () => {
	const buckets = new Buckets({ burst: 2, perSecond: 1 });
	for (const i of range(5000)) buckets.take(`client ${i}`, 0);
	assert.equal(figures(buckets.table), [4096, 4096, 904]);
	const limit = new RateLimit({ burst: 2, perSecond: 0.001 }, { burst: 3, perSecond: 1 });
	for (const i of range(3)) limit.check(`client ${i}`, 0);
	for (const i of range(5000)) assert.throws(() => limit.check(`flood ${i}`, 0), /the studio gets too many requests/);
	assert.equal(figures(limit.table), [3, 4096, 0]);
	// Who was refused because of the others has lost nothing, and who is refused for asking too often takes nothing from them.
	limit.check('flood 1', 1000);
	limit.check('flood 1', 2000);
	for (const _ of range(100)) assert.throws(() => limit.check('flood 1', 3000), /too many requests/);
	limit.check('another', 3000);
});

test('of names of servers 64 are remembered, and 16 asked for at once', async () => {
	let asked = 0;
	const answers: (() => void)[] = [];
	const resolver = new Resolver((host) => {
		asked += 1;
		return host.startsWith('slow')
			? new Promise((resolve) => answers.push(() => resolve({ address: '192.0.2.1' })))
			: Promise.resolve({ address: '192.0.2.2' });
	});
	for (const i of range(100)) assert.is(await resolver.resolve(`name-${i}.example`, 1000), '192.0.2.2');
	assert.equal(figures(resolver.names), [64, 64, 36]);
	asked = 0;
	const waiting = range(50).map((i) => resolver.resolve(`slow-${i}.example`, 1000));
	assert.is(asked, 16);
	for (const answer of answers) answer();
	assert.is((await Promise.all(waiting)).filter((found) => found !== null).length, 16);
});

test('the door keeps 64 answers; the seat of who was let in and never heard of it is taken back', () => {
	const unseated: string[] = [];
	const show = new ShowStub();
	let seats = 0;
	const door = new Door({
		state: show.state,
		open: () => true,
		seat: () => ({ guest: `guest-${seats++}`, token: '' }),
		unseat: (guest) => unseated.push(guest),
		passes: new DoorPasses(new DeviceKey({ readFile: () => null, writeFile: () => undefined })),
	});
	for (const i of range(100)) {
		door.knock({ name: 'X', address: address(i) }, 0);
		const [{ id }] = Object.values(show.state.current.door) as unknown as [{ id: string }];
		if (i < 10) door.admit(id, 0);
		else door.refuse(id, 0);
	}
	assert.equal(figures(door.tables['answers of the door']!), [64, 64, 36]);
	assert.equal(unseated, range(10).map((i) => `guest-${i}`)); // biome-ignore format: one line
	for (const i of range(5000)) {
		door.knock({ name: 'X', address: address(1000 + i) }, 1);
		for (const { id } of Object.values(show.state.current.door)) door.refuse(id, 1);
	}
	for (const table of Object.values(door.tables)) assert.ok(table.size <= table.most);
	for (const name of ['knocks of addresses', 'knocks of households'])
		assert.equal(figures(door.tables[name]!), [4096, 4096, 1004]);
});

test('the gate remembers 512 addresses that are logged in, and the rates of 4096 clients', () => {
	const gate = new Gate(() => null);
	const request = { socket: {} } as IncomingMessage;
	for (const i of range(5000)) {
		gate.welcome(address(i));
		gate.checkRate(request, address(i));
		gate.checkUpgrade(request, address(i));
	}
	const { tables } = gate;
	assert.equal(figures(tables['addresses that are logged in']!), [512, 512, 4488]);
	for (const name of ['request rates of clients', 'upgrade rates of clients'])
		assert.equal(figures(tables[name]!), [4096, 4096, 904]);
});

test('24 removals can be undone, and the oldest are final before their time', () => {
	const { state } = new ShowStub();
	const removals = new Removals(state);
	let final = 0;
	for (const i of range(30)) {
		const what = { id: `guest-${i}`, label: 'X', kind: 'guest' as const };
		removals.add(what, { restore: async () => undefined, forget: () => (final += 1) });
	}
	assert.equal([figures(removals.table), final, Object.keys(state.current.removed).length], [[24, 24, 6], 6, 24]);
});

test('1000 keys of the log are held back at once, and lines of others are left out', () => {
	let lines = 0;
	const count = new Writable({
		write(_, __, done) {
			lines += 1;
			done();
		},
	});
	const log = createLog('info', count);
	for (const i of range(1500)) log.onceASecond(`key ${i}`).warn('X');
	assert.equal([figures(log.held), lines], [[1000, 1000, 500], 1000]);
});

test('the store keeps 20 sessions of one, some revoked invites and 512 repeats of the audit', () => {
	const dir = mkdtempSync(join(tmpdir(), 'r58-bounded-'));
	const store = openStore(dir);
	try {
		const { id } = store.tokens.create({ label: 'X', role: 'viewer' });
		for (const _ of range(30)) store.sessions.create({ owner: { token: id }, address: '192.0.2.1', agent: '' });
		assert.equal(figures(store.tables.sessions!), [20, 20, 10]);
		const { database } = openDatabase(join(dir, 'tokens.db'));
		const tokens = new Tokens(database, 10);
		for (const i of range(30)) tokens.revoke(tokens.create({ label: `${i}`, role: 'guest', guest: 'guest-a' }));
		assert.equal(figures(tokens.tables['revoked invites']!), [10, 10, 20]);
		database.close();
		const entry = {
			kind: 'strangers',
			who: '',
			role: null,
			action: 'login',
			subject: null,
			detail: null,
			outcome: 'wrong',
		} as const;
		for (const i of range(600)) store.audit.add({ ...entry, address: address(i) });
		assert.equal(figures(store.tables['audit repeats']!), [512, 512, 88]);
		const { size, most, forgotten } = store.tables['audit entries']!;
		assert.ok(size <= 600 && size + forgotten === 600 && size <= most, `${size} of ${most}, ${forgotten} forgotten`);
		for (const table of Object.values(store.tables)) assert.ok(table.size <= table.most);
	} finally {
		store.close();
		rmSync(dir, { recursive: true, force: true });
	}
});

test.run();
