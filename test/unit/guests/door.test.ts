import * as assert from 'uvu/assert';
import { Door } from '../../../service/guests/door.js';
import { DoorPasses } from '../../../service/guests/doorPasses.js';
import { DeviceKey } from '../../../service/store/deviceKey.js';
import { StudioError } from '../../../service/util/errors.js';
import { ShowStub } from '../../tools/showStub.js';
import { test } from '../../tools/suite.js';

const start = Date.parse('2026-01-01T12:00:00Z');
const second = 1000;
let show: ShowStub;
let open: boolean;
let full: boolean;
let unseated: string[];
let door: Door;
test.before.each(() => {
	show = new ShowStub();
	open = true;
	full = false;
	unseated = [];
	door = new Door({
		state: show.state,
		open: () => open,
		seat: (name) => {
			if (full) throw new StudioError('no-slot', 'full');
			return { guest: `guest-${name}`, token: `token-${name}` };
		},
		unseat: (guest) => unseated.push(guest),
		passes: new DoorPasses(new DeviceKey({ readFile: () => null, writeFile: () => undefined })),
	});
});

const waiting = () => Object.values(show.state.current.door);
function refusal(action: () => unknown): string {
	try {
		action();
	} catch (error) {
		if (error instanceof StudioError) return error.code;
		throw error;
	}
	return 'none';
}

test('who knocks is shown to the operator; who is admitted gets the token of a seat', () => {
	const { ticket } = door.knock({ name: 'Ada', address: '192.168.1.7' }, start);
	assert.equal(door.ask(ticket, start + second), { state: 'waiting' });
	const [{ id, name, address }] = waiting() as [ReturnType<typeof waiting>[0]];
	assert.equal([name, address], ['Ada', '192.168.1.7']);
	assert.not.ok(JSON.stringify(waiting()).includes(ticket));
	assert.is(door.admit(id, start + 2 * second), 'guest-Ada');
	assert.equal(waiting(), []);
	const answer = door.ask(ticket, start + 3 * second);
	assert.equal([answer.state, 'token' in answer && answer.token], ['admitted', 'token-Ada']);
	assert.is(
		refusal(() => door.admit(id)),
		'not-found',
		'once only',
	);
	door.sweep(start + 3_600 * second);
	assert.equal(unseated, []);
});

test('who is refused is told', () => {
	const { ticket } = door.knock({ name: 'Ada', address: '192.168.1.7' }, start);
	door.refuse(waiting()[0]!.id, start);
	assert.equal(waiting(), []);
	assert.equal(door.ask(ticket, start + second), { state: 'refused' });
});

test('a full studio keeps who waits waiting', () => {
	const { ticket } = door.knock({ name: 'Ada', address: '192.168.1.7' }, start);
	full = true;
	assert.is(
		refusal(() => door.admit(waiting()[0]!.id, start)),
		'no-slot',
	);
	assert.equal(door.ask(ticket, start + second), { state: 'waiting' });
});

test('the seat of somebody who was gone by then is taken back', () => {
	door.knock({ name: 'Ada', address: '192.168.1.7' }, start);
	door.admit(waiting()[0]!.id, start);
	door.sweep(start + 119 * second);
	assert.equal(unseated, []);
	door.sweep(start + 121 * second);
	assert.equal(unseated, ['guest-Ada']);
});

test('waiting ends by silence, by leaving, after ten minutes, and when the door is shut', () => {
	const silent = door.knock({ name: 'Silent', address: '192.168.1.1' }, start);
	const leaving = door.knock({ name: 'Leaving', address: '192.168.1.2' }, start);
	const patient = door.knock({ name: 'Patient', address: '192.168.1.3' }, start);
	door.leave(leaving.ticket);
	const names = () => waiting().map(({ name }) => name);
	assert.equal(names(), ['Silent', 'Patient']);
	door.ask(silent.ticket, start);
	door.ask(patient.ticket, start);
	door.sweep(start + 89 * second);
	assert.equal(names(), ['Silent', 'Patient']);
	for (let now = start; now < start + 590 * second; now += 30 * second) door.ask(patient.ticket, now);
	assert.equal(names(), ['Patient']);
	assert.is(
		refusal(() => door.ask(silent.ticket, start)),
		'not-found',
	);
	door.sweep(start + 601 * second);
	assert.equal(names(), []);

	door.knock({ name: 'Late', address: '192.168.1.4' }, start);
	open = false;
	assert.is(
		refusal(() => door.knock({ name: 'Later', address: '192.168.1.5' }, start)),
		'forbidden',
	);
	door.sweep(start);
	assert.equal(names(), []);
});

test('a page that was closed as it knocked, before it had its ticket, is gone soon', () => {
	door.knock({ name: 'Gone', address: '192.168.1.1' }, start);
	door.sweep(start + 14 * second);
	assert.is(waiting().length, 1);
	door.sweep(start + 16 * second);
	assert.is(waiting().length, 0);
});

/** What came of a knock: the ticket, or the code of the refusal. */
const knock = (address: string, now = start, pass?: string) => {
	let ticket = '';
	const code = refusal(() => {
		ticket = door.knock({ name: address, address, pass }, now).ticket;
	});
	return { code, ticket };
};
const codeOf = (address: string, now = start, pass?: string) => knock(address, now, pass).code;
const addresses = () => waiting().map(({ address }) => address);
/** As their pages do. */
const keepAsking = (tickets: string[], now: number) => tickets.map((ticket) => door.ask(ticket, now).state);
/** Somebody who is let in and leaves: the pass. */
function admitted(address: string, now: number, shown?: string): string {
	const { ticket } = knock(address, now, shown);
	door.admit(waiting().find((visitor) => visitor.address === address)!.id, now);
	const answer = door.ask(ticket, now);
	if (answer.state !== 'admitted') throw new Error(answer.state);
	return answer.pass;
}

test('one machine can neither fill the door nor knock without end', () => {
	assert.equal(
		[1, 2, 3, 4].map(() => codeOf('192.168.1.1')),
		['none', 'none', 'none', 'busy'],
	);
	for (const { id } of waiting()) door.refuse(id, start);
	const again = () => {
		const code = codeOf('192.168.1.50');
		for (const { id } of waiting()) door.refuse(id, start);
		return code;
	};
	assert.equal([1, 2, 3, 4, 5, 6, 7].map(again), ['none', 'none', 'none', 'none', 'none', 'none', 'rate-limited']);
	assert.is(codeOf('192.168.1.50', start + 61 * second), 'none');
	assert.equal(door.refused, { rate: 1, share: 1, place: 0 });
});

test('a household of IPv6 has six places and twelve knocks a minute, however many addresses it has', () => {
	const of = (host: number) => `2001:db8:0:1::${host.toString(16)}`;
	const codes = [1, 2, 3, 4, 5, 6, 7].map((host) => codeOf(of(host)));
	assert.equal(codes, ['none', 'none', 'none', 'none', 'none', 'none', 'busy']);
	assert.is(codeOf('2001:db8:0:2::1'), 'none');
	const more = [8, 9, 10, 11, 12, 13, 14].map((host) => {
		for (const { id } of waiting()) door.refuse(id, start);
		return codeOf(of(host), start + second);
	});
	assert.equal(more, ['none', 'none', 'none', 'none', 'none', 'none', 'rate-limited']);
});

test('when all places are taken, the longest waiting of the largest household makes room, and is told', () => {
	const large = [1, 2, 3, 4, 5, 6].map((host) => knock(`2001:db8:0:1::${host}`, start + host).ticket);
	const single = ['192.168.1.1', '192.168.1.2', '192.168.1.3', '192.168.1.4'].map((address) => knock(address).ticket);
	assert.is(codeOf('192.168.1.9', start + 9 * second), 'busy', 'six places of one have ten seconds');
	keepAsking([...large, ...single], start + 10 * second);
	assert.is(codeOf('192.168.1.9', start + 11 * second), 'none');
	assert.equal(
		[...large, ...single].map((ticket) => door.ask(ticket, start + 11 * second).state),
		['gave-way', ...Array<string>(9).fill('waiting')],
	);
	assert.is(waiting().length, 10);
	// Five left: twelve seconds for each.
	assert.is(codeOf('192.168.1.10', start + 11 * second), 'busy');
	keepAsking([...large.slice(1), ...single], start + 12 * second);
	assert.is(codeOf('192.168.1.10', start + 13 * second), 'none');
	assert.is(door.ask(large[1]!, start + 13 * second).state, 'gave-way');
	assert.equal([door.gaveWay, door.refused.place], [2, 2]);
});

test('a household that wants more makes room itself, and never one that has less', () => {
	const large = [1, 2, 3, 4, 5, 6].map((host) => knock(`2001:db8:0:1::${host}`, start + host).ticket);
	const single = ['192.168.1.1', '192.168.1.2', '192.168.1.3', '192.168.1.4'].map((address) => knock(address).ticket);
	keepAsking([...single, ...large], start + 10 * second);
	for (let host = 7; host <= 10; host++) {
		const now = start + host * 12 * second;
		keepAsking([...single, ...large], now);
		const made = knock(`2001:db8:0:1::${host.toString(16)}`, now);
		assert.is(made.code, 'none');
		large.push(made.ticket);
	}
	assert.equal(keepAsking(large, start + 120 * second), [
		...Array<string>(4).fill('gave-way'),
		...Array<string>(6).fill('waiting'),
	]);
	assert.equal(keepAsking(single, start + 121 * second), ['waiting', 'waiting', 'waiting', 'waiting']);
});

test('a flood from many households throws nobody out within a minute, and then who waited longest', () => {
	const honest = knock('192.168.1.1', start).ticket;
	const tickets = [honest];
	let states: string[] = [];
	for (let at = 1; at < 600; at++) {
		const now = start + at * 100;
		const made = knock(`2001:db8:0:${at.toString(16)}::1`, now);
		if (made.code === 'none') tickets.push(made.ticket);
		states = keepAsking(tickets, now);
		assert.is(states[0], 'waiting', `after ${at * 100} ms`);
	}
	assert.is(states.length, 10);
	assert.is(codeOf('192.168.1.2', start + 60 * second), 'none');
	assert.is(door.ask(honest, start + 60 * second).state, 'gave-way');
	assert.ok(door.refused.place > 500);
});

test('two places are kept for who was let in before, whoever else knocks', () => {
	const passes = ['192.168.1.1', '192.168.1.2', '192.168.1.3'].map((address) => admitted(address, start));
	for (let at = 0; at < 30; at++) codeOf(`2001:db8:0:${at.toString(16)}::1`);
	assert.is(waiting().length, 10);
	// From where a stranger would not get in any more, too.
	for (let i = 0; i < 12; i++) codeOf('2001:db8:1:1::1');
	assert.is(codeOf('2001:db8:1:1::1'), 'busy');
	assert.equal(
		passes.map((pass) => codeOf('2001:db8:1:1::1', start, pass)),
		['none', 'none', 'busy'],
	);
	assert.is(waiting().length, 12);
	// It waits once, and strangers give way, not who has a pass.
	const first = knock('192.168.7.7', start + second, passes[0]);
	assert.is(first.code, 'none');
	assert.equal([waiting().length, addresses().filter((address) => address === '2001:db8:1:1::1').length], [12, 1]);
});

test('a pass is made by this device alone, and ends after a month; let in again, it counts anew', () => {
	const day = 86_400 * second;
	const pass = admitted('192.168.1.1', start);
	const renewed = admitted('192.168.1.1', start + 29 * day, pass);
	let minutes = 0;
	const isKnown = (shown: string, from: number) => {
		const now = from + ++minutes * 61 * second;
		for (const { id } of waiting()) door.refuse(id, now);
		for (let at = 0; at < 10; at++) codeOf(`2001:db8:0:${at.toString(16)}::1`, now);
		return codeOf('192.168.9.9', now, shown) === 'none';
	};
	assert.is(isKnown(pass, start + 29 * day), true);
	assert.is(isKnown(pass, start + 31 * day), false);
	assert.is(isKnown(renewed, start + 31 * day), true);
	const other = new DoorPasses(new DeviceKey({ readFile: () => null, writeFile: () => undefined })).make(null, start + 31 * day);
	for (const shown of [other, '', 'enc:1:', `${renewed.slice(0, -2)}AA`, 'x'.repeat(200)])
		assert.is(isKnown(shown, start + 31 * day), false, shown);
});

test.run();
